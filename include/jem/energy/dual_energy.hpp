// SPDX-License-Identifier: MIT
// An energy from a plain function of the numbers of a row, E(x) = f(x₁, …, x_D), whose gradient comes from dual numbers in chunks: f is
// called ⌈D / Chunk⌉ times, each time with the derivatives in Chunk directions (forward mode in vectors: Griewank and Walther, Evaluating
// Derivatives, 2008). `pointwise` is the same for a function of few arguments, whose number the type knows:
//
//     struct eight_schools {
//       template <class V>
//       constexpr V operator()(const V* x) const {   // V: a dual number
//         const V mu = x[8], tau = x[9]; …
//       }
//     };
//     const jem::dual_energy energy{10, eight_schools{}};
//
// The cost of a gradient grows with the square of D. It suits functions of up to some fifty parameters; beyond that, write the gradient by
// hand in a row_energy, and compare it with differences by check_gradient.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/energy/dual.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <memory>
#include <string>

namespace jem::inline v0 {

/// The largest number of variables that are made dual numbers. They live on the stack: 64 of them take 4.5 KiB in double.
inline constexpr index_t largest_dual_row = 64;

namespace detail {

/// Room for the dual numbers of a row. It is not filled: most rows are shorter than the room.
template <class V>
union dual_room {
  V at[largest_dual_row];

  constexpr dual_room() {}
};

/// f(x) for a function of dual numbers and a row of n ≤ largest_dual_row numbers.
template <class F, class T>
constexpr T dual_value(const F& f, const T* x, index_t n) {
  using V = dual<T, 0>;
  dual_room<V> room;
  for (index_t j = 0; j < n; ++j) std::construct_at(room.at + j, x[j]);
  return V(f(static_cast<const V*>(room.at))).value;
}

/// The same, and grad = ∂f/∂x, both of n numbers.
template <int Chunk, class F, class T>
constexpr T dual_value_and_grad(const F& f, const T* x, T* grad, index_t n) {
  using V = dual<T, Chunk>;
  dual_room<V> room;
  for (index_t j = 0; j < n; ++j) std::construct_at(room.at + j, x[j]);
  for (index_t first = 0;; first += Chunk) {
    const index_t count = (std::min)(index_t{Chunk}, n - first);
    for (index_t j = 0; j < count; ++j) room.at[first + j].partial[static_cast<std::size_t>(j)] = T(1);
    const V value = f(static_cast<const V*>(room.at));
    for (index_t j = 0; j < count; ++j) {
      grad[first + j]                                         = value.partial[static_cast<std::size_t>(j)];
      room.at[first + j].partial[static_cast<std::size_t>(j)] = T(0);
    }
    if (first + Chunk >= n) return value.value;
  }
}

/// The two functions as a function of rows.
template <int Chunk, class F>
struct dual_row {
  F f;
  index_t size;

  template <class T>
  constexpr T operator()(const T* x) const {
    return dual_value(f, x, size);
  }
  template <class T>
  constexpr T operator()(const T* x, T* grad) const {
    return dual_value_and_grad<Chunk>(f, x, grad, size);
  }
};

template <class F, class V>
concept function_of_row = requires(const F& f, const V* x) {
  { f(x) } -> std::convertible_to<V>;
};

}  // namespace detail

namespace range {

/// As many numbers as dual_energy has room for.
struct dual_row {
  static constexpr bool holds(index_t x) { return 0 <= x && x <= largest_dual_row; }  ///< 0 ≤ x ≤ largest_dual_row
  /// "[dual_energy] expected size from 0 to 64 …"
  static std::string expected() { return concat(" from 0 to ", largest_dual_row, ", and beyond that a gradient by hand in a row_energy,"); }
};

}  // namespace range

/// A function of row pointers that takes dual numbers of T, with and without derivatives.
template <class F, class T, int Chunk>
concept dual_function = detail::function_of_row<F, dual<T, 0>> && detail::function_of_row<F, dual<T, Chunk>>;

/// E(x) = f(x) for one row of `size` ≤ 64 numbers. f is a functor with a generic constexpr operator()(const V* x) → V; it is called with
/// dual numbers, which have + − * / and the functions of energy/dual.hpp. Copies of f are called for many rows at the same time.
///
/// Ten directions at a time are about the fastest for functions of ten and of fifty numbers, in float and in double: with four, exp and
/// log are repeated more often, and sixteen in double do not stay in registers. A gradient of eight schools takes four times as long as
/// one by hand.
template <class F, int Chunk = 10>
  requires(Chunk > 0)
struct dual_energy {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  setting<index_t, "dual_energy", "size", range::dual_row> size;  ///< elements of a row
  F function;                                                     ///< f(x) → E

  /// (n, …) → (n). Throws std::invalid_argument unless rows have `size` elements.
  template <tensor_value T>
    requires dual_function<F, typename T::value_type, Chunk>
  T value(const T& x) const {
    check(x.extents());
    return map_rows(x, detail::dual_row<Chunk, F>{function, size});
  }

  /// (n, …) → (n), grad = ∂E/∂x (n, …)
  template <tensor_value T>
    requires dual_function<F, typename T::value_type, Chunk>
  T value_and_grad(const T& x, T& grad) const {
    check(x.extents());
    if (!(grad.extents() == x.extents())) grad = T(x.extents());
    return map_rows(x, grad, detail::dual_row<Chunk, F>{function, size});
  }

 private:
  void check(const shape& extents) const {
    if (extents.rank() < 1 || extents.row_size() != size) {
      fail("dual_energy", concat("rows of ", static_cast<index_t>(size), " elements"), to_string(extents));
    }
  }
};

}  // namespace jem::inline v0
