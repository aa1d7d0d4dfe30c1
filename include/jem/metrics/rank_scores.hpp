// SPDX-License-Identifier: MIT
// The preparation of draws for diagnostics of Markov chains. Each chain is cut in two, so that a trend within a chain becomes a
// difference between chains. Numbers are replaced by the normal scores of their ranks, Φ⁻¹((r − 3/8) / (S + 1/4)), so that results
// do not depend on moments, which a distribution may not have. Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021),
// "Rank-normalization, folding, and localization: an improved R̂", doi:10.1214/20-BA1221; the scores are Blom's (1958).
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>
#include <jem/metrics/moments.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace jem::inline v0::metrics {

/// The draws of one number by several chains: [chain][draw], chains of one length.
using chain_draws = std::vector<std::vector<double>>;

namespace detail {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// f(draws of one coordinate) for each coordinate of draws (k, n, …), in row-major order; NaN for one with a number that is not
/// finite. One number for draws (k, n).
template <tensor_value T, class F>
std::vector<double> for_each_coordinate(std::string_view where, const T& draws, F f) {
  if (draws.extents().rank() < 2) fail(where, "draws (k, n, …) of n chains", to_string(draws.extents()));
  const auto values = draws.to_vector();
  const auto k = static_cast<std::size_t>(draws.extent(0)), n = static_cast<std::size_t>(draws.extent(1));
  shape item;
  for (index_t axis = 2; axis < draws.extents().rank(); ++axis) item.push_back(draws.extent(axis));
  std::vector<double> result(static_cast<std::size_t>(item.size()), nan);
  for (std::size_t j = 0; j < result.size(); ++j) {
    chain_draws x(n, std::vector<double>(k));
    bool finite = true;
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t c = 0; c < n; ++c) {
        x[c][i] = static_cast<double>(values[(i * n + c) * result.size() + j]);
        finite  = finite && std::isfinite(x[c][i]);
      }
    }
    if (finite) result[j] = f(x);
  }
  return result;
}

/// All numbers, chain after chain.
inline std::vector<double> pooled(const chain_draws& x) {
  std::vector<double> all;
  for (const auto& chain : x) all.insert(all.end(), chain.begin(), chain.end());
  return all;
}

/// n chains of k → 2n chains of ⌊k/2⌋; the middle draw of an odd number is dropped.
inline chain_draws split(const chain_draws& x) {
  chain_draws halves;
  for (const auto& chain : x) {
    const auto half = static_cast<std::ptrdiff_t>(chain.size() / 2);
    halves.emplace_back(chain.begin(), chain.begin() + half);
    halves.emplace_back(chain.end() - half, chain.end());
  }
  return halves;
}

/// The p-quantile of one or more numbers, interpolated linearly between neighbours (type 7 of Hyndman and Fan 1996).
inline double quantile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  const double at     = p * static_cast<double>(values.size() - 1);
  const auto below    = static_cast<std::size_t>(at);
  const double beyond = at - static_cast<double>(below);
  return beyond == 0 ? values[below] : values[below] + beyond * (values[below + 1] - values[below]);
}

/// Φ⁻¹(p) for 0 < p < 1: the approximation 26.2.23 of Abramowitz and Stegun (1964), whose error is below 5e-4, and two steps of Halley's
/// method.
inline double normal_quantile(double p) {
  const double tail = (std::min)(p, 1 - p), t = std::sqrt(-2 * std::log(tail));
  double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int step = 0; step < 2; ++step) {
    const double error = (std::erfc(x / std::sqrt(2.0)) / 2 - tail) * std::sqrt(2 * 3.141592653589793) * std::exp(x * x / 2);
    x += error / (1 - x * error / 2);
  }
  return p < 0.5 ? -x : x;
}

/// Each number → the normal score of its rank among all; equal numbers share the mean of their ranks.
inline chain_draws normal_scores(chain_draws x) {
  std::vector<double*> order;
  for (auto& chain : x) {
    for (double& value : chain) order.push_back(&value);
  }
  std::ranges::sort(order, {}, [](const double* value) { return *value; });
  const auto size = static_cast<double>(order.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    const double value = *order[first];
    while (last < order.size() && *order[last] == value) ++last;
    const double rank  = static_cast<double>(first + last + 1) / 2;  // from 1
    const double score = normal_quantile((rank - 0.375) / (size + 0.25));
    for (std::size_t i = first; i < last; ++i) *order[i] = score;
  }
  return x;
}

/// W, the mean of the chains' variances, and B/n, the variance of their means, with divisors n − 1 and m − 1.
struct variances {
  double within, between;
};

inline variances variances_of(const chain_draws& x) {
  std::vector<double> means, own;
  for (const auto& chain : x) means.push_back(mean(chain)), own.push_back(variance(chain));
  return {mean(own), variance(means)};
}

}  // namespace detail

}  // namespace jem::inline v0::metrics
