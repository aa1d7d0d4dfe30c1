// SPDX-License-Identifier: MIT
// Supports of single numbers: x = x(u) for a free u in (−∞, ∞), with ln |dx/du|. Far out, x is the number next to the bound rather than
// the bound itself, where many densities are 0 or infinite.
//
// | support       | x(u)                        | ln |dx/du|                                        |
// | real          | u                           | 0                                                 |
// | positive      | eᵘ                          | u                                                 |
// | above{a}      | a + eᵘ                      | u                                                 |
// | below{b}      | b − eᵘ                      | u                                                 |
// | interval{a,b} | a + (b − a) / (1 + e⁻ᵘ)     | ln(b − a) − ln(1 + eᵘ) − ln(1 + e⁻ᵘ)              |
//
// These are the transforms of Stan (Carpenter et al., "Stan: A Probabilistic Programming Language", 2017, doi:10.18637/jss.v076.i01).
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/energy/dual.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <type_traits>

namespace jem::inline v0::support {

namespace detail {

/// The type of a dual number's value.
template <class V>
using number_of = std::remove_cvref_t<decltype(V{}.value)>;

/// The smallest number above a finite x. Above 0 that is the smallest normal number, since not all functions know the others.
template <class T>
constexpr T next_above(T x) {
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  if (x > -(std::numeric_limits<T>::min)() && x < (std::numeric_limits<T>::min)()) return (std::numeric_limits<T>::min)();
  return std::bit_cast<T>(x > T(0) ? std::bit_cast<bits>(x) + 1 : std::bit_cast<bits>(x) - 1);
}

/// The largest number below a finite x.
template <class T>
constexpr T next_below(T x) {
  return -next_above(-x);
}

/// x, or the end of [low, high] that it lies beyond. NaN stays NaN.
template <class V, class T>
constexpr V within(const V& x, T low, T high) {
  return x < low ? V(low) : (x > high ? V(high) : x);
}

template <class T>
inline constexpr T largest = (std::numeric_limits<T>::max)();

/// A bound in messages.
inline std::string written(double bound) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", bound);
  return text;
}

}  // namespace detail

/// All numbers.
struct real {
  /// x(u) and ln |dx/du|
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    log_slope = V(0);
    return u;
  }

  /// u(x)
  template <class V>
  constexpr V unconstrain(const V& x) const {
    return x;
  }

  static std::string expected() { return "finite"; }  ///< "[unconstrain] expected mu to be finite …"
};

/// x > 0
struct positive {
  /// x(u) and ln |dx/du|
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    using math::exp, detail::largest, detail::number_of;
    log_slope = u;
    return detail::within(exp(u), (std::numeric_limits<number_of<V>>::min)(), largest<number_of<V>>);
  }

  /// u(x)
  template <class V>
  constexpr V unconstrain(const V& x) const {
    using math::log;
    return log(x);
  }

  static std::string expected() { return "> 0"; }  ///< "[unconstrain] expected tau to be > 0 …"
};

/// x > low
struct above {
  finite<"above", "low", double> low;  ///< the bound

  /// x(u) and ln |dx/du|
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    using math::exp, detail::largest, detail::number_of;
    const auto bound = static_cast<number_of<V>>(static_cast<double>(low));
    log_slope        = u;
    return detail::within(bound + exp(u), detail::next_above(bound), largest<number_of<V>>);
  }

  /// u(x)
  template <class V>
  constexpr V unconstrain(const V& x) const {
    using math::log;
    return log(x - static_cast<double>(low));
  }

  std::string expected() const { return "> " + detail::written(low); }  ///< "[unconstrain] expected x to be > 2 …"
};

/// x < high
struct below {
  finite<"below", "high", double> high;  ///< the bound

  /// x(u) and ln |dx/du|
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    using math::exp, detail::largest, detail::number_of;
    const auto bound = static_cast<number_of<V>>(static_cast<double>(high));
    log_slope        = u;
    return detail::within(bound - exp(u), -largest<number_of<V>>, detail::next_below(bound));
  }

  /// u(x)
  template <class V>
  constexpr V unconstrain(const V& x) const {
    using math::log;
    return log(static_cast<double>(high) - x);
  }

  std::string expected() const { return "< " + detail::written(high); }  ///< "[unconstrain] expected x to be < 2 …"
};

/// low < x < high
struct interval {
  finite<"interval", "low", double> low;    ///< the lower bound
  finite<"interval", "high", double> high;  ///< the upper bound, above the lower one

  /// x(u) and ln |dx/du|. x is counted from the nearer bound, since near 0 numbers are denser.
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    using math::sigmoid, math::softplus;
    using T         = detail::number_of<V>;
    const auto a    = static_cast<T>(static_cast<double>(low));
    const auto b    = static_cast<T>(static_cast<double>(high));
    const auto wide = static_cast<T>(high - low);
    log_slope       = math::log(wide) - softplus(u) - softplus(-u);
    return detail::within(u < T(0) ? a + wide * sigmoid(u) : b - wide * sigmoid(-u), detail::next_above(a), detail::next_below(b));
  }

  /// u(x)
  template <class V>
  constexpr V unconstrain(const V& x) const {
    using math::log;
    return log(x - static_cast<double>(low)) - log(static_cast<double>(high) - x);
  }

  /// Throws std::invalid_argument unless low < high.
  void check(index_t) const {
    if (low < high && high - low <= detail::largest<double>) return;
    fail("interval", "low < high, a finite distance apart,", detail::written(low) + " and " + detail::written(high));
  }

  /// "[unconstrain] expected x to be between 0 and 1 …"
  std::string expected() const { return concat("between ", detail::written(low), " and ", detail::written(high)); }
};

}  // namespace jem::inline v0::support
