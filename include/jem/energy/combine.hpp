// SPDX-License-Identifier: MIT
// Energies made of energies: a sum of energies is a product of densities (products of experts: Hinton 2002); a temperature makes a
// density flatter.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>
#include <jem/energy/prepared.hpp>
#include <jem/tensor/elementwise.hpp>

#include <utility>

namespace jem::inline v0 {

/// E(x) = E₁(x) + E₂(x):  p ∝ p₁·p₂
template <class A, class B>
struct energy_sum {
  static constexpr bool row_wise = jem::row_wise<A> && jem::row_wise<B>;  ///< see core/concepts.hpp

  A first;   ///< E₁
  B second;  ///< E₂

  /// The same energy prepared for a run in which only x changes, if one of the two offers that: see prepared.hpp.
  template <tensor_value T>
    requires(preparable_energy<A, T> || preparable_energy<B, T>)
  auto prepared(const T& x) const {
    return energy_sum<prepared_energy_t<A, T>, prepared_energy_t<B, T>>{prepared_energy(first, x), prepared_energy(second, x)};
  }

  /// The number of rows that should go through the energy together, see prepared.hpp.
  index_t rows_at_once() const
    requires(says_rows<A> || says_rows<B>)
  {
    return detail::rows_for_both(first, second);
  }

  /// (n, …) → (n)
  template <tensor_value T>
    requires(energy<A, T> && energy<B, T>)
  T value(const T& x) const {
    return first.value(x) + second.value(x);
  }

  /// (n, …) → (n), grad = ∂E/∂x; one gradient of each.
  template <tensor_value T>
    requires(differentiable_energy<A, T> && differentiable_energy<B, T>)
  T value_and_grad(const T& x, T& grad) const {
    T other(x.extents());
    const T a = first.value_and_grad(x, grad);
    const T b = second.value_and_grad(x, other);
    add_scaled(grad, 1, other);
    return a + b;
  }

  /// grad = ∂E/∂x (n, …), without the value.
  template <tensor_value T>
    requires(differentiable_energy<A, T> && differentiable_energy<B, T>)
  void gradient(const T& x, T& grad) const {
    T other(x.extents());
    gradient_of(first, x, grad);
    gradient_of(second, x, other);
    add_scaled(grad, 1, other);
  }
};

/// E(x) / T:  p^(1/T), flatter for T > 1, steeper for T < 1.
template <class E>
struct tempered_energy {
  static constexpr bool row_wise = jem::row_wise<E>;  ///< see core/concepts.hpp

  E inner;                                                 ///< E
  positive<"tempered_energy", "temperature"> temperature;  ///< T > 0

  /// The same energy prepared for a run in which only x changes, see prepared.hpp.
  template <tensor_value T>
    requires preparable_energy<E, T>
  auto prepared(const T& x) const {
    return tempered_energy<prepared_energy_t<E, T>>{prepared_energy(inner, x), temperature};
  }

  /// The number of rows of the inner energy.
  index_t rows_at_once() const
    requires says_rows<E>
  {
    return inner.rows_at_once();
  }

  /// (n, …) → (n)
  template <tensor_value T>
    requires energy<E, T>
  T value(const T& x) const {
    return (1 / temperature) * inner.value(x);
  }

  /// (n, …) → (n), grad = ∂E/∂x / T
  template <tensor_value T>
    requires differentiable_energy<E, T>
  T value_and_grad(const T& x, T& grad) const {
    const T value = inner.value_and_grad(x, grad);
    scale(grad, 1 / temperature);
    return (1 / temperature) * value;
  }

  /// grad = ∂E/∂x (n, …), without the value.
  template <tensor_value T>
    requires differentiable_energy<E, T>
  void gradient(const T& x, T& grad) const {
    gradient_of(inner, x, grad);
    scale(grad, 1 / temperature);
  }
};

/// The sum of two or more energies.
template <class A, class B, class... Rest>
constexpr auto sum_energies(A a, B b, Rest... rest) {
  if constexpr (sizeof...(Rest) == 0) {
    return energy_sum<A, B>{std::move(a), std::move(b)};
  } else {
    return sum_energies(energy_sum<A, B>{std::move(a), std::move(b)}, std::move(rest)...);
  }
}

/// E / temperature. Throws std::invalid_argument unless the temperature is positive and finite.
template <class E>
constexpr tempered_energy<E> temper(E inner, float temperature) {
  return {std::move(inner), temperature};
}

}  // namespace jem::inline v0
