// SPDX-License-Identifier: MIT
// The one-dimensional transforms of Winograd's minimal filtering F(m, r): m outputs of a filter of r taps from m + r − 1 inputs, with
// m + r − 1 multiplications,
//
//     y = Aᵀ[(G g) ⊙ (Bᵀ d)],   and for the gradient of g, its transpose,   dg = Gᵀ[(Bᵀ d) ⊙ (A dy)],
//
// Lavin and Gray 2016, arXiv:1509.09308. The interpolation points are 0, pairs ±√z and, for three taps, ∞. F(4, 2) and F(4, 3) have
// z = ½, 2; the error is a third of that of the usual points 0, ±1, ±2, ∞. F(8, 3) has z = 1/5, 5/8, 8/5, 5; it takes fewer
// multiplications, and its error is about forty times larger. Points of the form ±c, ±1/c are from Alam, Anderson, Barabasz and Gregg
// 2022, arXiv:2201.10369.
#pragma once

#include <jem/core/concepts.hpp>

#include <array>
#include <type_traits>

namespace jem::inline v0::winograd {

/// Pairs of points ±√z. With each z there is a pair with 1/z.
template <int Pairs>
struct point_pairs;

template <>
struct point_pairs<2> {
  static constexpr std::array<double, 2> z{1. / 2, 2}, root{0.70710678118654752440, 1.41421356237309504880};
};

template <>
struct point_pairs<4> {
  static constexpr std::array<double, 4> z{1. / 5, 5. / 8, 8. / 5, 5},
      root{0.44721359549995793928, 0.79056941504209483300, 1.26491106406735173280, 2.23606797749978969641};
};

namespace detail {

/// The coefficients, lowest first, of Π(x − z) over all pairs but number `one`; over all pairs if it is −1.
template <int Pairs>
constexpr std::array<double, Pairs + 1> product_without(int one) {
  std::array<double, Pairs + 1> c{1};
  for (int i = 0; i < Pairs; ++i) {
    if (i == one) continue;
    const double z = point_pairs<Pairs>::z[static_cast<std::size_t>(i)];
    for (std::size_t k = Pairs; k > 0; --k) c[k] = c[k - 1] - z * c[k];
    c[0] *= -z;
  }
  return c;
}

/// The constants of the transforms, as numbers of type T.
template <scalar T, int Pairs>
struct factors {
  T all[Pairs];             ///< coefficients of Π(x² − z) in powers of x², without the highest one, which is 1
  T without[Pairs][Pairs];  ///< coefficients of the product without one pair; the highest one is 1
  T power[Pairs][Pairs];    ///< zᵏ of each pair
  T root[Pairs];            ///< √z
  T weight[Pairs];          ///< 1 / Π(√z − q) over the other finite points q

  constexpr factors() : all(), without(), power(), root(), weight() {
    for (int k = 0; k < Pairs; ++k) all[k] = T(product_without<Pairs>(-1)[static_cast<std::size_t>(k)]);
    for (int i = 0; i < Pairs; ++i) {
      const double z    = point_pairs<Pairs>::z[static_cast<std::size_t>(i)];
      double power_of_z = 1, product = 2 * z;
      for (int k = 0; k < Pairs; ++k) {
        const double other = point_pairs<Pairs>::z[static_cast<std::size_t>(k)];
        without[i][k]      = T(product_without<Pairs>(i)[static_cast<std::size_t>(k)]);
        power[i][k]        = T(power_of_z);
        power_of_z *= z;
        if (k != i) product *= z - other;
      }
      root[i]   = T(point_pairs<Pairs>::root[static_cast<std::size_t>(i)]);
      weight[i] = T(1 / product);
    }
  }
};

template <scalar T, int Pairs>
inline constexpr factors<T, Pairs> factors_of{};

}  // namespace detail

// Each loop has a pragma to be unrolled: compilers keep the packs of other loops in memory, whatever the optimisation level.

/// The transform Bᵀ of one line. at(i) returns pack i of the line, and put(i, pack) receives pack i of the transformed line, here and in
/// the other transforms.
template <scalar T, int Pairs, int Taps>
struct input_line {  // Bᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = in;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    constexpr const auto& f = detail::factors_of<T, Pairs>;
    std::remove_cvref_t<decltype(at(0))> d[in];
#pragma GCC unroll 16
    for (int i = 0; i < in; ++i) d[i] = at(i);
    auto first = d[0] + d[2 * Pairs], last = d[1];
    if constexpr (Taps == 3) last += d[in - 1];
#pragma GCC unroll 4
    for (int k = 1; k < Pairs; ++k) {
      first += f.all[k] * d[2 * k];
      last += f.all[k] * d[2 * k + 1];
    }
    put(0, first);
#pragma GCC unroll 4
    for (int i = 0; i < Pairs; ++i) {
      auto even = d[2 * Pairs], odd = d[2 * Pairs - 1];
#pragma GCC unroll 4
      for (int k = Pairs - 2; k >= 0; --k) {
        even += f.without[i][k] * d[2 + 2 * k];
        odd += f.without[i][k] * d[1 + 2 * k];
      }
      odd *= f.root[i];
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    }
    if constexpr (Taps == 3) put(in - 1, last);
  }
};

template <scalar T, int Pairs, int Taps>
struct weight_line {  // G
  static constexpr int in = Taps, out = 2 * Pairs + Taps - 1;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    constexpr const auto& f = detail::factors_of<T, Pairs>;
    const auto g0 = at(0), g1 = at(1), g2 = at(Taps - 1);
    put(0, g0);
#pragma GCC unroll 4
    for (int i = 0; i < Pairs; ++i) {
      auto even      = f.weight[i] * g0;
      const auto odd = f.weight[i] * f.root[i] * g1;
      if constexpr (Taps == 3) even += f.weight[i] * f.power[i][1] * g2;
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    }
    if constexpr (Taps == 3) put(out - 1, g2);
  }
};

template <scalar T, int Pairs, int Taps>
struct output_line {  // Aᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = 2 * Pairs;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    constexpr const auto& f = detail::factors_of<T, Pairs>;
    std::remove_cvref_t<decltype(at(0))> even[Pairs], odd[Pairs];
#pragma GCC unroll 4
    for (int i = 0; i < Pairs; ++i) {
      const auto plus = at(1 + 2 * i), minus = at(2 + 2 * i);
      even[i] = plus + minus;
      odd[i]  = f.root[i] * (plus - minus);
    }
#pragma GCC unroll 4
    for (int k = 0; k < Pairs; ++k) {
      auto y = f.power[0][k] * even[0], next = f.power[0][k] * odd[0];
#pragma GCC unroll 4
      for (int i = 1; i < Pairs; ++i) {
        y += f.power[i][k] * even[i];
        next += f.power[i][k] * odd[i];
      }
      if (k == 0) y += at(0);
      if (k == Pairs - 1 && Taps == 3) next += at(in - 1);
      put(2 * k, y);
      put(2 * k + 1, next);
    }
  }
};

template <scalar T, int Pairs, int Taps>
struct output_gradient_line {  // A
  static constexpr int in = 2 * Pairs, out = in + Taps - 1;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    constexpr const auto& f = detail::factors_of<T, Pairs>;
    std::remove_cvref_t<decltype(at(0))> y[in];
#pragma GCC unroll 8
    for (int i = 0; i < in; ++i) y[i] = at(i);
    put(0, y[0]);
#pragma GCC unroll 4
    for (int i = 0; i < Pairs; ++i) {
      auto even = y[0], odd = y[1];
#pragma GCC unroll 4
      for (int k = 1; k < Pairs; ++k) {
        even += f.power[i][k] * y[2 * k];
        odd += f.power[i][k] * y[2 * k + 1];
      }
      odd *= f.root[i];
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    }
    if constexpr (Taps == 3) put(out - 1, y[in - 1]);
  }
};

template <scalar T, int Pairs, int Taps>
struct weight_gradient_line {  // Gᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = Taps;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    constexpr const auto& f = detail::factors_of<T, Pairs>;
    auto g0                 = at(0);
    decltype(g0) g1{}, g2{};
    if constexpr (Taps == 3) g2 = at(in - 1);
#pragma GCC unroll 4
    for (int i = 0; i < Pairs; ++i) {
      const auto plus = at(1 + 2 * i), minus = at(2 + 2 * i);
      g0 += f.weight[i] * (plus + minus);
      g1 += f.weight[i] * f.root[i] * (plus - minus);
      if constexpr (Taps == 3) g2 += f.weight[i] * f.power[i][1] * (plus + minus);
    }
    put(0, g0);
    put(1, g1);
    if constexpr (Taps == 3) put(2, g2);
  }
};

}  // namespace jem::inline v0::winograd
