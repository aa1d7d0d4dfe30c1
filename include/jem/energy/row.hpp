// SPDX-License-Identifier: MIT
// An energy of your own with a gradient of your own. A type is an energy if it has
//
//     T value(const T& x) const;                      // (n, …) → (n)
//     T value_and_grad(const T& x, T& grad) const;    // the same, and grad = ∂E/∂x (n, …)
//
// with tensor operations on the whole batch, as `gaussian` and the energies of networks have. If E is easier to write for one
// chain at a time, a named functor with plain loops over a row is enough, and row_energy makes it an energy:
//
//     struct bowl {
//       template <class V>
//       constexpr V operator()(const V* x, V* gradient) const {   // fills the gradient, returns E(x)
//         gradient[0] = x[0], gradient[1] = 3 * x[1];
//         return (x[0] * x[0] + 3 * x[1] * x[1]) / 2;
//       }
//     };
//     const jem::row_energy energy{2, bowl{}};
//
// If you have no gradient, `pointwise` computes it for functions of few numbers, and `dual_energy` for up to 64. `check_gradient` compares
// a gradient by hand with differences.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

namespace detail {

template <class F, class V>
concept row_value = requires(const F& f, const V* x) {
  { f(x) } -> std::convertible_to<V>;
};

template <class F, class V>
concept row_value_and_grad = requires(const F& f, const V* x, V* gradient) {
  { f(x, gradient) } -> std::convertible_to<V>;
};

}  // namespace detail

/// An energy from f(x, gradient) → E for one row of `size` elements. f may also have f(x) → E, which is cheaper if only values are
/// needed; with f(x) alone the energy has no gradient. Copies of f are called for many rows at the same time, so a call may change
/// nothing but the gradient.
template <class F>
struct row_energy {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  at_least<"row_energy", "size", 0> size;  ///< elements of a row
  F function;                              ///< f(x, gradient) → E, or f(x) → E

  /// (n, …) → (n). Throws std::invalid_argument unless rows have `size` elements.
  template <tensor_value T>
    requires(detail::row_value<F, typename T::value_type> || detail::row_value_and_grad<F, typename T::value_type>)
  T value(const T& x) const {
    check(x.extents());
    if constexpr (detail::row_value<F, typename T::value_type>) {
      return map_rows(x, function);
    } else {
      T unused(x.extents());
      return map_rows(x, unused, function);
    }
  }

  /// (n, …) → (n), grad = ∂E/∂x (n, …)
  template <tensor_value T>
    requires detail::row_value_and_grad<F, typename T::value_type>
  T value_and_grad(const T& x, T& grad) const {
    check(x.extents());
    if (!(grad.extents() == x.extents())) grad = T(x.extents());
    return map_rows(x, grad, function);
  }

 private:
  void check(const shape& extents) const {
    if (extents.rank() < 1 || extents.row_size() != size) { fail("row_energy", concat("rows of ", size, " elements"), to_string(extents)); }
  }
};

}  // namespace jem::inline v0
