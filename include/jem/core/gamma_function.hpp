// SPDX-License-Identifier: MIT
// The logarithm of the gamma function and its derivative, for x > 0: Γ(x + 1) = x·Γ(x) leads to large x, where Stirling's series is
// accurate (Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 6.1.41 and 6.3.18). std::lgamma would write the sign of Γ to
// a global variable, and has no derivative.
#pragma once

#include <jem/core/math.hpp>

#include <concepts>
#include <limits>

namespace jem::inline v0::math {

namespace detail {

/// Where the series is accurate to half a unit in the last place.
template <class T>
inline constexpr T far_out = std::same_as<T, float> ? T(6) : T(10);

}  // namespace detail

/// ln Γ(x) for x > 0; infinity at 0, NaN below. The error is about 1e-14 in double and 1e-6 in float, or as many times max(x, |ln Γ(x)|) if
/// that is above 1.
template <class T>
constexpr T log_gamma(T x) {
  if (!(x > T(0))) return x == T(0) ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::quiet_NaN();
  if (x > (std::numeric_limits<T>::max)()) return x;
  T product = 1;  // Γ(x + k) / Γ(x)
  for (; x < detail::far_out<T>; x += T(1)) product *= x;
  const T r = T(1) / x, q = r * r;
  T series = T(-691.0 / 360360);
  series   = series * q + T(1.0 / 1188);
  series   = series * q - T(1.0 / 1680);
  series   = series * q + T(1.0 / 1260);
  series   = series * q - T(1.0 / 360);
  series   = series * q + T(1.0 / 12);
  return ((x - T(0.5)) * math::log(x) - x) + (T(0.91893853320467274) + r * series) - math::log(product);  // ½·ln 2π
}

/// ψ(x) = d/dx ln Γ(x) for x > 0; −infinity at 0, NaN below.
template <class T>
constexpr T digamma(T x) {
  if (!(x > T(0))) return x == T(0) ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::quiet_NaN();
  T shift = 0;
  for (; x < detail::far_out<T>; x += T(1)) shift += T(1) / x;
  const T r = T(1) / x, q = r * r;
  T series = T(691.0 / 32760);
  series   = series * q - T(1.0 / 132);
  series   = series * q + T(1.0 / 240);
  series   = series * q - T(1.0 / 252);
  series   = series * q + T(1.0 / 120);
  series   = series * q - T(1.0 / 12);
  return math::log(x) - T(0.5) * r + q * series - shift;
}

}  // namespace jem::inline v0::math
