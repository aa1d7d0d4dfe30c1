// SPDX-License-Identifier: MIT
// Tests of samples against a distribution function, with bounds that hold for any number of samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace test {

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// sup |Fₙ − F|, the Kolmogorov–Smirnov distance of samples from a continuous distribution function; 1 for a NaN.
template <class V, class F>
double cdf_distance(std::vector<V> samples, F cdf) {
  if (std::any_of(samples.begin(), samples.end(), [](V x) { return std::isnan(x); })) return 1;
  std::sort(samples.begin(), samples.end());
  const auto n    = static_cast<double>(samples.size());
  double distance = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double f = cdf(static_cast<double>(samples[i]));
    distance       = std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return distance;
}

/// What the distance of n independent samples exceeds with probability at most delta: Dvoretzky, Kiefer and Wolfowitz
/// (1956), with the constant of Massart (1990).
inline double dkw_bound(double n, double delta) { return std::sqrt(std::log(2 / delta) / (2 * n)); }

/// What the mean of n independent numbers of [0, 1] is off by with probability at most delta: Hoeffding (1963).
inline double hoeffding_bound(double n, double delta) { return std::sqrt(std::log(2 / delta) / (2 * n)); }

/// What the mean of the squares of n standard normals is off 1 by with probability at most delta: Laurent and Massart (2000).
inline double chi_squared_bound(double n, double delta) {
  const double t = std::log(2 / delta);
  return 2 * std::sqrt(t / n) + 2 * t / n;
}

}  // namespace test
