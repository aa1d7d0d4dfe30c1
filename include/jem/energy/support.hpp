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

}  // namespace jem::inline v0
