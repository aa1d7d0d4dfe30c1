// SPDX-License-Identifier: MIT
// Elementary functions. Those of float are branch-free polynomials, which compilers vectorise; those of double call the standard
// library. The range reductions are from Cody and Waite, Software Manual for the Elementary Functions (1980). The coefficients are those
// of the Taylor series of exp, sine and cosine, and of atanh for the logarithm. Errors are a few units in the last place.
#pragma once

#include <jem/core/platform.hpp>
#include <jem/core/version.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace jem::inline v0::math {

namespace detail {

/// eˣ = mantissa·2ⁿ for |x| ≤ 88.72.
struct power_of_e {
  float mantissa;         ///< within [√½, √2]
  std::int32_t exponent;  ///< n

  constexpr explicit power_of_e(float x) {
    constexpr float magic = 12582912.0f;  // 1.5·2²³: adding it rounds to the nearest integer, which is then in the low bits
    const float shifted   = x * 1.44269504f + magic;
    const float k         = shifted - magic;
    const float r         = (x - k * 0.693359375f) + k * 2.12194440e-4f;  // |r| ≤ ln 2 / 2
    float p               = 1.0f / 5040;
    p                     = p * r + 1.0f / 720;
    p                     = p * r + 1.0f / 120;
    p                     = p * r + 1.0f / 24;
    p                     = p * r + 1.0f / 6;
    p                     = p * r + 0.5f;
    mantissa              = p * r * r + r + 1.0f;
    exponent              = std::bit_cast<std::int32_t>(shifted) - 0x4B400000;
  }
};

/// 2ⁿ for −126 ≤ n ≤ 127
constexpr float power_of_2(std::int32_t n) { return std::bit_cast<float>((n << 23) + 0x3F800000); }

}  // namespace detail

/// eˣ; 0 below −87.3 (no subnormals), infinity above 88.7, NaN for NaN.
constexpr float exp(float x) {
  const detail::power_of_e e(x < -87.3f ? -87.3f : (x > 88.72f ? 88.72f : x));
  const std::int32_t half = e.exponent >> 1;  // 2ⁿ is applied as two factors: n may be 128, and 2¹²⁸ is infinite
  const float value       = e.mantissa * detail::power_of_2(half) * detail::power_of_2(e.exponent - half);
  return x < -87.3f ? 0.0f : (x > 88.72f ? std::numeric_limits<float>::infinity() : value);
}

/// ln x for normal, finite x > 0; the result for other x is not specified.
constexpr float log_of_positive(float x) {
  const auto bits      = std::bit_cast<std::uint32_t>(x);
  const std::int32_t k = static_cast<std::int32_t>(bits - 0x3F3504F3u) >> 23;  // relative to √½: the mantissa is in [√½, √2)
  const float m        = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(k) << 23));
  const float s        = (m - 1.0f) / (m + 1.0f);
  const float q        = s * s;
  float p              = 2.0f / 11;
  p                    = p * q + 2.0f / 9;
  p                    = p * q + 2.0f / 7;
  p                    = p * q + 2.0f / 5;
  p                    = p * q + 2.0f / 3;
  const float e        = static_cast<float>(k);
  return e * 0.693359375f + (2.0f * s + (s * q * p - e * 2.12194440e-4f));
}

/// ln x for x > 0; −infinity at 0, NaN below.
constexpr float log(float x) {
  const bool subnormal     = x < (std::numeric_limits<float>::min)();
  const float value        = log_of_positive(subnormal ? x * 0x1p32f : x) - (subnormal ? 22.18070978f : 0.0f);  // 32·ln 2
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float special      = x == 0.0f ? -infinity : (x == infinity ? infinity : std::numeric_limits<float>::quiet_NaN());
  return x > 0.0f && x < infinity ? value : special;
}

/// √x for normal, finite x > 0 and for 0; the result for other x is not specified. It uses Newton's iteration, since compilers do not
/// vectorise std::sqrt, which sets errno.
constexpr float sqrt_of_positive(float x) {
  float r = std::bit_cast<float>(0x5F3759DFu - (std::bit_cast<std::uint32_t>(x) >> 1));
  r       = r * (1.5f - 0.5f * x * r * r);
  r       = r * (1.5f - 0.5f * x * r * r);
  r       = r * (1.5f - 0.5f * x * r * r);
  return x * r;
}

/// √x for x ≥ 0; NaN below 0.
constexpr float sqrt(float x) {
  const bool subnormal     = x < (std::numeric_limits<float>::min)();
  const float value        = sqrt_of_positive(subnormal ? x * 0x1p32f : x) * (subnormal ? 0x1p-16f : 1.0f);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float special      = x == 0.0f || x == infinity ? x : std::numeric_limits<float>::quiet_NaN();
  return x > 0.0f && x < infinity ? value : special;
}

JEM_HOST_DEVICE inline double exp(double x) { return std::exp(x); }    ///< std::exp
JEM_HOST_DEVICE inline double log(double x) { return std::log(x); }    ///< std::log
JEM_HOST_DEVICE inline double sqrt(double x) { return std::sqrt(x); }  ///< std::sqrt

/// 1 / (1 + e⁻ˣ); 0 below −87.34 (no subnormals), NaN for NaN. x is clamped so that one factor can hold 2ⁿ. Whether the result is 0 is
/// decided from the value and not from x: with a second comparison of x, compilers would mask every operation of a vectorised loop.
constexpr float sigmoid(float x) {
  const detail::power_of_e e(x < -88.0f ? 88.0f : (x > 87.0f ? -87.0f : -x));
  const float value = 1.0f / (1.0f + e.mantissa * detail::power_of_2(e.exponent));
  return value < (std::numeric_limits<float>::min)() ? 0.0f : value;
}
JEM_HOST_DEVICE inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }  ///< by std::exp

/// tanh x: by its Taylor series near 0, where the other formula loses digits by cancellation; elsewhere by e^(−2|x|), which never
/// overflows.
constexpr float tanh(float x) {
  const float e     = math::exp(-2.0f * (x < 0.0f ? -x : x));
  const float value = (1.0f - e) / (1.0f + e);
  const float q     = x * x;
  const float small = x + x * q * (-1.0f / 3 + q * (2.0f / 15 + q * (-17.0f / 315 + q * (62.0f / 2835 - q * (1382.0f / 155925)))));
  return q < 0.09f ? small : (x < 0.0f ? -value : value);
}
JEM_HOST_DEVICE inline double tanh(double x) { return std::tanh(x); }  ///< std::tanh

/// ln(1 + eˣ). The quotient corrects the rounding error of 1 + e, as in Kahan's log1p, so that the result is eˣ for very negative x.
template <class T>
constexpr T softplus(T x) {
  const T e = math::exp(x < T(0) ? x : -x);
  const T u = T(1) + e;
  return (x < T(0) ? T(0) : x) + (math::log(u) + (e - (u - T(1))) / u);
}

}  // namespace jem::inline v0::math
