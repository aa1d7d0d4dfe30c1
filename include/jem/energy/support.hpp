// SPDX-License-Identifier: MIT
// Supports: where a parameter may lie, as a map x(u) from free numbers u in (−∞, ∞) with its log-Jacobian. A support of your own for
// single numbers has two functions; V is a dual number, whose functions (energy/dual.hpp) are found without a namespace:
//
//     struct angle {                                                     // −π < x < π
//       template <class V>
//       constexpr V constrain(const V& u, V& log_slope) const {          // x(u), and ln |dx/du|
//         log_slope = std::log(2.0) - log1p(u * u);
//         return 2 * atan(u);
//       }
//       template <class V>
//       constexpr V unconstrain(const V& x) const { return sin(x / 2) / cos(x / 2); }   // u(x); not finite outside of the support
//     };
//
// A support of several numbers together says how many free numbers n numbers have, and maps whole rows; with a pull_back by hand it is
// called with float or double, as support::simplex is, and may be long. Each may also have `expected()`, a text for messages, and
// `check(n)`, which throws for settings or a number n that make no sense.
#pragma once

#include <jem/energy/dual_energy.hpp>
#include <jem/energy/support/ordered.hpp>
#include <jem/energy/support/scalar.hpp>
#include <jem/energy/support/simplex.hpp>

#include <concepts>

namespace jem::inline v0 {

/// A support of single numbers: constrain(u, log_slope) → x sets ln |dx/du|, and unconstrain(x) → u is not finite outside.
template <class S>
concept scalar_support = requires(const S& s, const dual<double, 1>& u, dual<double, 1>& log_slope) {
  { s.constrain(u, log_slope) } -> std::same_as<dual<double, 1>>;
  { s.unconstrain(u) } -> std::same_as<dual<double, 1>>;
};

/// A support of n numbers together, in numbers V: constrain(u, x, n) sets x and returns ln |det ∂x/∂u|; unconstrain(x, u, n) sets u, some
/// of it not finite outside. u has free_size(n) numbers.
template <class S, class V>
concept vector_support = requires(const S& s, const V* from, V* to, index_t n) {
  { s.free_size(n) } -> std::convertible_to<index_t>;
  { s.constrain(from, to, n) } -> std::same_as<V>;
  s.unconstrain(from, to, n);
};

/// A support of n numbers with pull_back(u, g, grad, n), which sets grad = (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u|. It is called with float or
/// double.
template <class S>
concept support_by_hand = vector_support<S, double> &&
                          requires(const S& s, const double* u, const double* g, double* grad, index_t n) { s.pull_back(u, g, grad, n); };

/// A support of n ≤ 64 numbers without pull_back. It is called with dual numbers.
template <class S>
concept support_by_duals = vector_support<S, dual<double, 8>>;

/// A support that a variable may have: of single numbers, or of several together.
template <class S>
concept support_of_variable = std::copy_constructible<S> && (scalar_support<S> || support_by_hand<S> || support_by_duals<S>);

namespace detail {

/// How many free numbers n numbers have.
template <class S>
constexpr index_t free_size_of(const S& s, index_t n) {
  if constexpr (scalar_support<S>) {
    return n;
  } else {
    return s.free_size(n);
  }
}

/// Throws std::invalid_argument for settings or a number n that make no sense.
template <class S>
void check_support(const S& s, index_t n) {
  if constexpr (requires { s.check(n); }) s.check(n);
  if constexpr (!scalar_support<S> && !support_by_hand<S>) {
    if (n > largest_dual_row || s.free_size(n) > largest_dual_row) {
      fail("variable", concat("at most ", largest_dual_row, " numbers for a support without pull_back"), std::to_string(n));
    }
  }
}

/// x(u) for n numbers; returns ln |det ∂x/∂u|.
template <class S, class T>
constexpr T constrain_block(const S& s, const T* u, T* x, index_t n) {
  using V = dual<T, 0>;
  if constexpr (scalar_support<S>) {
    T log_jacobian = 0;
    for (index_t j = 0; j < n; ++j) {
      V log_slope;
      x[j] = s.constrain(V(u[j]), log_slope).value;
      log_jacobian += log_slope.value;
    }
    return log_jacobian;
  } else if constexpr (support_by_hand<S>) {
    return s.constrain(u, x, n);
  } else {
    dual_room<V> from, to;
    for (index_t j = 0; j < s.free_size(n); ++j) std::construct_at(from.at + j, u[j]);
    for (index_t j = 0; j < n; ++j) std::construct_at(to.at + j);
    const T log_jacobian = s.constrain(static_cast<const V*>(from.at), to.at, n).value;
    for (index_t j = 0; j < n; ++j) x[j] = to.at[j].value;
    return log_jacobian;
  }
}

/// u(x) for n numbers.
template <class S, class T>
constexpr void unconstrain_block(const S& s, const T* x, T* u, index_t n) {
  using V = dual<T, 0>;
  if constexpr (scalar_support<S>) {
    for (index_t j = 0; j < n; ++j) u[j] = s.unconstrain(V(x[j])).value;
  } else if constexpr (support_by_hand<S>) {
    s.unconstrain(x, u, n);
  } else {
    dual_room<V> from, to;
    for (index_t j = 0; j < n; ++j) std::construct_at(from.at + j, x[j]);
    for (index_t j = 0; j < s.free_size(n); ++j) std::construct_at(to.at + j);
    s.unconstrain(static_cast<const V*>(from.at), to.at, n);
    for (index_t j = 0; j < s.free_size(n); ++j) u[j] = to.at[j].value;
  }
}

/// g·x(u) − ln |det ∂x/∂u|: its gradient is what pull_back returns.
template <class S, class T>
struct pulled_back {
  const S* support;
  const T* g;
  index_t n;

  template <class V>
  constexpr V operator()(const V* u) const {
    dual_room<V> x;
    for (index_t j = 0; j < n; ++j) std::construct_at(x.at + j);
    V sum = -support->constrain(u, x.at, n);
    for (index_t j = 0; j < n; ++j) sum += g[j] * x.at[j];
    return sum;
  }
};

/// grad = (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u| for n numbers.
template <class S, class T>
constexpr void pull_back_block(const S& s, const T* u, const T* g, T* grad, index_t n) {
  if constexpr (scalar_support<S>) {
    for (index_t j = 0; j < n; ++j) {
      dual<T, 1> log_slope;
      const auto x = s.constrain(dual<T, 1>::variable(u[j], 0), log_slope);
      grad[j]      = g[j] * x.partial[0] - log_slope.partial[0];
    }
  } else if constexpr (support_by_hand<S>) {
    s.pull_back(u, g, grad, n);
  } else {
    (void)dual_value_and_grad<8>(pulled_back<S, T>{&s, g, n}, u, grad, s.free_size(n));
  }
}

}  // namespace detail

}  // namespace jem::inline v0
