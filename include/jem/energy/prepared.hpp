// SPDX-License-Identifier: MIT
// How an energy prepares itself for a run of a sampler. A network's weights do not change during a run, so they are laid out once
// (nn/prepared.hpp). An energy that is made of others prepares those, and says how many rows should go through them together.
#pragma once

#include <jem/core/concepts.hpp>

#include <algorithm>
#include <utility>

namespace jem::inline v0 {

namespace detail {

/// The number of rows for two energies that are evaluated together: the smaller of their numbers, and 0 (all rows) if either says 0.
template <class A, class B>
  requires(says_rows<A> || says_rows<B>)
index_t rows_for_both(const A& a, const B& b) {
  if constexpr (!says_rows<A>) {
    return b.rows_at_once();
  } else if constexpr (!says_rows<B>) {
    return a.rows_at_once();
  } else {
    return a.rows_at_once() == 0 || b.rows_at_once() == 0 ? 0 : (std::min)(a.rows_at_once(), b.rows_at_once());
  }
}

}  // namespace detail

/// A reference to an energy, which has to outlive it. The energy is not copied, since it may hold a whole data set.
template <class E>
struct energy_reference {
  static constexpr bool row_wise = jem::row_wise<E>;  ///< see core/concepts.hpp

  const E* inner;  ///< E

  /// The number of rows of the energy.
  index_t rows_at_once() const
    requires says_rows<E>
  {
    return inner->rows_at_once();
  }

  /// (n, …) → (n)
  template <tensor_value T>
    requires energy<E, T>
  T value(const T& x) const {
    return inner->value(x);
  }

  /// (n, …) → (n), grad = ∂E/∂x
  template <tensor_value T>
    requires differentiable_energy<E, T>
  T value_and_grad(const T& x, T& grad) const {
    return inner->value_and_grad(x, grad);
  }

  /// grad = ∂E/∂x (n, …), without the value.
  template <tensor_value T>
    requires differentiable_energy<E, T>
  void gradient(const T& x, T& grad) const {
    gradient_of(*inner, x, grad);
  }
};

/// The energy to use for a run with positions of x's extents: the prepared energy by value, or a reference to the energy itself.
template <class E, tensor_value T>
auto prepared_energy(const E& e, [[maybe_unused]] const T& x) {
  if constexpr (preparable_energy<E, T>) {
    return e.prepared(x);
  } else {
    return energy_reference<E>{&e};
  }
}

template <class E, tensor_value T>
using prepared_energy_t = decltype(prepared_energy(std::declval<const E&>(), std::declval<const T&>()));  ///< the type that it returns

}  // namespace jem::inline v0
