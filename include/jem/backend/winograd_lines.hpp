// SPDX-License-Identifier: MIT
// One line of the transforms of Winograd's minimal filtering: m outputs of a filter of r taps from m + r − 1 inputs with as many
// products, F(m, r),
//
//     y = Aᵀ[(G g) ⊙ (Bᵀ d)],   and for the gradient of g, its transpose,   dg = Gᵀ[(Bᵀ d) ⊙ (A dy)],
//
// Lavin and Gray 2016, arXiv:1509.09308. The points are 0, pairs ±√z and, for three taps, ∞: z = ½, 2 for F(4, 2) and F(4, 3), which
// leave a third of the error of the usual 0, ±1, ±2, ∞, and z = 1/5, 5/8, 8/5, 5 for F(8, 3), whose products are fewer and whose error is
// some forty times larger (the form ±c, ±1/c of Alam, Anderson, Barabasz and Gregg 2022, arXiv:2201.10369).
#pragma once

#include <jem/core/concepts.hpp>

#include <array>
#include <type_traits>
#include <utility>

namespace jem::inline v0::winograd {

/// Pairs of points ±√z, the z of one being the inverse of another's.
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

/// Coefficients, from the lowest, of Π(x − z) over all pairs but one; over all for −1.
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

/// 1 / Π(p − q) over the other finite points q of a point p of a pair.
template <int Pairs>
constexpr double weight_of(int pair) {
  const auto& z  = point_pairs<Pairs>::z;
  const double p = z[static_cast<std::size_t>(pair)];
  double product = 2 * p;
  for (int i = 0; i < Pairs; ++i) product *= i == pair ? 1 : p - z[static_cast<std::size_t>(i)];
  return 1 / product;
}

/// xᵏ
constexpr double power(double x, int k) { return k == 0 ? 1 : x * power(x, k - 1); }

/// f(0), …, f(N − 1), each a constant: a loop's packs would go to memory where it is not unrolled.
template <int N, class F>
[[gnu::always_inline]] inline void each(F f) {
  const auto call = [&]<int... I>(std::integer_sequence<int, I...>)
                        __attribute__((always_inline)) { (f(std::integral_constant<int, I>{}), ...); };
  call(std::make_integer_sequence<int, N>{});
}

/// Σ c(k)·v(k) for k < N, from v(N − 1) down, whose c is 1 if it is said to be.
template <int N, bool Monic, class C, class V>
[[gnu::always_inline]] inline auto sum_of(C c, V v) {
  constexpr std::integral_constant<int, N - 1> last{};
  auto sum = v(last);
  if constexpr (!Monic) sum *= c(last);
  each<N - 1>([&](auto i) __attribute__((always_inline)) {
    constexpr std::integral_constant<int, N - 2 - i> k{};
    sum += c(k) * v(k);
  });
  return sum;
}

}  // namespace detail

/// One line of each transform: `at` gives the packs of a line, `put` takes those of the transformed line.
template <scalar T, int Pairs, int Taps>
struct input_line {  // Bᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = in;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    using points = point_pairs<Pairs>;
    std::remove_cvref_t<decltype(at(0))> d[in];
    detail::each<in>([&](auto i) __attribute__((always_inline)) { d[i] = at(i); });
    const auto from_all = [&](auto first) __attribute__((always_inline)) {  // Π(x² − z), whose lowest coefficient is 1, too
      constexpr auto c = detail::product_without<Pairs>(-1);
      return d[first] + detail::sum_of<Pairs, true>([&](auto k) { return T(c[k + 1]); }, [&](auto k) { return d[first + 2 + 2 * k]; });
    };
    put(0, from_all(std::integral_constant<int, 0>{}));
    detail::each<Pairs>([&](auto i) __attribute__((always_inline)) {
      constexpr auto c = detail::product_without<Pairs>(i);
      const auto part  = [&](auto first) __attribute__((always_inline)) {
        return detail::sum_of<Pairs, true>([&](auto k) { return T(c[k]); }, [&](auto k) { return d[first + 2 * k]; });
      };
      const auto even = part(std::integral_constant<int, 2>{}), odd = T(points::root[i]) * part(std::integral_constant<int, 1>{});
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    });
    if constexpr (Taps == 3) put(in - 1, from_all(std::integral_constant<int, 1>{}));
  }
};

template <scalar T, int Pairs, int Taps>
struct weight_line {  // G
  static constexpr int in = Taps, out = 2 * Pairs + Taps - 1;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    using points  = point_pairs<Pairs>;
    const auto g0 = at(0), g1 = at(1), g2 = at(Taps - 1);
    put(0, g0);
    detail::each<Pairs>([&](auto i) __attribute__((always_inline)) {
      constexpr double w = detail::weight_of<Pairs>(i);
      auto even          = T(w) * g0;
      if constexpr (Taps == 3) even += T(w * points::z[i]) * g2;
      const auto odd = T(w * points::root[i]) * g1;
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    });
    if constexpr (Taps == 3) put(out - 1, g2);
  }
};

template <scalar T, int Pairs, int Taps>
struct output_line {  // Aᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = 2 * Pairs;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    using points = point_pairs<Pairs>;
    std::remove_cvref_t<decltype(at(0))> even[Pairs], odd[Pairs];
    detail::each<Pairs>([&](auto i) __attribute__((always_inline)) {
      const auto plus = at(1 + 2 * i), minus = at(2 + 2 * i);
      even[i] = plus + minus;
      odd[i]  = T(points::root[i]) * (plus - minus);
    });
    detail::each<Pairs>([&](auto j) __attribute__((always_inline)) {
      const auto from = [&](const auto& terms) __attribute__((always_inline)) {
        return detail::sum_of < Pairs,
               j == 0 > ([&](auto i) { return T(detail::power(points::z[i], j)); }, [&](auto i) { return terms[i]; });
      };
      const auto y = from(even), next = from(odd);
      if constexpr (j == 0) {
        put(0, at(0) + y);
      } else {
        put(2 * j, y);
      }
      if constexpr (j == Pairs - 1 && Taps == 3) {
        put(out - 1, next + at(in - 1));
      } else {
        put(2 * j + 1, next);
      }
    });
  }
};

template <scalar T, int Pairs, int Taps>
struct output_gradient_line {  // A
  static constexpr int in = 2 * Pairs, out = in + Taps - 1;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    using points = point_pairs<Pairs>;
    std::remove_cvref_t<decltype(at(0))> y[in];
    detail::each<in>([&](auto i) __attribute__((always_inline)) { y[i] = at(i); });
    put(0, y[0]);
    detail::each<Pairs>([&](auto i) __attribute__((always_inline)) {
      const auto part = [&](auto first) __attribute__((always_inline)) {
        return detail::sum_of<Pairs, false>([&](auto k) { return T(detail::power(points::z[i], k)); },
                                            [&](auto k) { return y[first + 2 * k]; });
      };
      const auto even = part(std::integral_constant<int, 0>{}), odd = T(points::root[i]) * part(std::integral_constant<int, 1>{});
      put(1 + 2 * i, even + odd);
      put(2 + 2 * i, even - odd);
    });
    if constexpr (Taps == 3) put(out - 1, y[in - 1]);
  }
};

template <scalar T, int Pairs, int Taps>
struct weight_gradient_line {  // Gᵀ
  static constexpr int in = 2 * Pairs + Taps - 1, out = Taps;
  template <class At, class Put>
  [[gnu::always_inline]] void operator()(At at, Put put) const {
    using points = point_pairs<Pairs>;
    auto g0      = at(0);
    decltype(g0) g1{}, g2{};
    if constexpr (Taps == 3) g2 = at(in - 1);
    detail::each<Pairs>([&](auto i) __attribute__((always_inline)) {
      constexpr double w = detail::weight_of<Pairs>(i);
      const auto plus = at(1 + 2 * i), minus = at(2 + 2 * i);
      g0 += T(w) * (plus + minus);
      g1 += T(w * points::root[i]) * (plus - minus);
      if constexpr (Taps == 3) g2 += T(w * points::z[i]) * (plus + minus);
    });
    put(0, g0);
    put(1, g1);
    if constexpr (Taps == 3) put(2, g2);
  }
};

}  // namespace jem::inline v0::winograd
