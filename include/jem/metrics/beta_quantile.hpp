// SPDX-License-Identifier: MIT
// The quantiles of the beta distribution, from which standard errors of quantiles follow. The distribution function is
//
//     I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · 1/(1 + d₁/(1 + d₂/(1 + …)))
//     d₂ₘ₊₁ = −(a + m)(a + b + m)x / ((a + 2m)(a + 2m + 1)),   d₂ₘ = m(b − m)x / ((a + 2m − 1)(a + 2m))
//
// (Abramowitz and Stegun 1964, 26.5.8), which converges quickly for x < (a + 1)/(a + b + 2); beyond, I_x(a, b) = 1 − I_{1−x}(b, a).
// The fraction is evaluated by the method of Lentz (1976, doi:10.1364/AO.15.000668), the quantile by Newton's steps, and by bisection
// where these leave the interval that still holds it.
#pragma once

#include <jem/metrics/moments.hpp>

#include <cmath>

namespace jem::inline v0::metrics::detail {

/// x^a (1 − x)^b / B(a, b), the density times x(1 − x).
inline double beta_power(double x, double a, double b) {
  return std::exp(a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b));
}

/// The fraction 1/(1 + d₁/(1 + d₂/…)) of I_x(a, b), with x < (a + 1)/(a + b + 2). It needs some √max(a, b) terms.
inline double beta_fraction(double x, double a, double b) {
  constexpr double tiny = 1e-300;  // in place of 0, by which it must not divide
  const auto kept       = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1, d = 1 / kept(1 - (a + b) * x / (a + 1)), value = d;
  const auto append = [&](double term) {
    d = 1 / kept(1 + term * d);
    c = kept(1 + term / c);
    value *= c * d;
  };
  for (double m = 1; m < 1e6; ++m) {
    append(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    append(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/// I_x(a, b), the probability of at most x, for a, b > 0. For a and b near 10⁶ its error is near 10⁻⁹, that of std::lgamma; for a, b < 100
/// below 10⁻¹³.
inline double beta_probability(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double power = beta_power(x, a, b);
  return x < (a + 1) / (a + b + 2) ? power * beta_fraction(x, a, b) / a : 1 - power * beta_fraction(1 - x, b, a) / b;
}

/// The x with I_x(a, b) = p, for 0 < p < 1 and a, b > 0; NaN if a number is NaN.
inline double beta_quantile(double p, double a, double b) {
  if (std::isnan(p) || std::isnan(a) || std::isnan(b)) return nan;
  double low = 0, high = 1, x = a / (a + b);
  for (int step = 0; step < 200; ++step) {
    const double error = beta_probability(x, a, b) - p;
    if (error == 0) break;
    (error > 0 ? high : low) = x;
    double next              = x - error * x * (1 - x) / beta_power(x, a, b);
    if (!(next > low && next < high)) next = (low + high) / 2;
    const bool last = std::abs(next - x) <= 1e-15 * x;
    x               = next;
    if (last) break;
  }
  return x;
}

}  // namespace jem::inline v0::metrics::detail
