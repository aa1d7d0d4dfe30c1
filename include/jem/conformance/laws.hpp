// SPDX-License-Identifier: MIT
// Compares samples with a distribution function, by bounds that hold for any number of samples. So the probability that a correct
// sampler fails is known, and it is stated where the bounds are used.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace jem::inline v0::conformance {

/// Φ(x)
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
    distance       = (std::max)({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return distance;
}

/// The bound that the distance of n independent samples exceeds with probability at most delta: Dvoretzky, Kiefer and Wolfowitz
/// (1956), with the constant of Massart (1990).
inline double dkw_bound(double n, double delta) { return std::sqrt(std::log(2 / delta) / (2 * n)); }

/// The bound that the error of the mean of n independent numbers in [0, 1] exceeds with probability at most delta: Hoeffding (1963).
inline double hoeffding_bound(double n, double delta) { return std::sqrt(std::log(2 / delta) / (2 * n)); }

/// The bound that the error of the mean of the squares of n standard normals exceeds with probability at most delta: Laurent and Massart
/// (2000).
inline double chi_squared_bound(double n, double delta) {
  const double t = std::log(2 / delta);
  return 2 * std::sqrt(t / n) + 2 * t / n;
}

/// x ← (1 − a)·x + b·ξ, which is Langevin dynamics without an acceptance step for E = x²/2s²: with a = ε/s², and b = √(2ε) for the
/// Langevin diffusion, or b = σ if step and noise are decoupled. Its distributions are normal with known mean and variance.
struct autoregression {
  double a;  ///< ε/s²
  double b;  ///< standard deviation of the noise

  /// The variance of the stationary distribution, whose mean is 0; its lag-one correlation is 1 − a.
  double variance() const { return b * b / (1 - (1 - a) * (1 - a)); }
  /// The mean after k steps from a point x.
  double mean_after(int k, double x) const { return std::pow(1 - a, k) * x; }
  /// The variance after k steps from any point.
  double variance_after(int k) const { return variance() * (1 - std::pow(1 - a, 2 * k)); }
};

}  // namespace jem::inline v0::conformance
