// SPDX-License-Identifier: MIT
// Monte Carlo standard errors: how far an estimate from these draws may be from that of infinitely many. Of the mean sd/√ESS; of the
// standard deviation by that of the mean of (x − mean)² and the delta method; of a quantile from the beta distribution of the probability
// below it,
//
//     [a, b] = central 68 % of Beta(S·p + 1, S·(1 − p) + 1),   S = ess_quantile,   MCSE = (x₍ᵦ₎ − x₍ₐ₎)/2,
//
// where x₍ₐ₎, x₍ᵦ₎ are the draws of these ranks. Vehtari et al. (2021, doi:10.1214/20-BA1221), as Stan and ArviZ compute them.
#pragma once

#include <jem/metrics/beta_quantile.hpp>
#include <jem/metrics/ess.hpp>

namespace jem::inline v0::metrics {

namespace detail {

inline double mcse_of_mean(const chain_draws& x) { return std::sqrt(variance(pooled(x)) / effective_size(split(x))); }

inline double mcse_of_sd(chain_draws x) {
  const double center = mean(pooled(x));
  for (auto& chain : x) {
    for (double& value : chain) value = (value - center) * (value - center);
  }
  const auto squares    = pooled(x);
  const double expected = mean(squares), n = static_cast<double>(squares.size());
  return std::sqrt(variance(squares) * ((n - 1) / n) / effective_size(split(x)) / expected) / 2;
}

/// The standard error of the p-quantile of draws in ascending order, with effective size `ess`.
inline double mcse_of_quantile(const std::vector<double>& sorted, double p, double ess) {
  if (std::isnan(ess) || sorted.empty()) return nan;
  constexpr double one_below = 0.1586553, one_above = 0.8413447;  // normal probabilities of one standard deviation, in ArviZ's digits
  const auto size   = static_cast<double>(sorted.size());
  const double low  = beta_quantile(one_below, ess * p + 1, ess * (1 - p) + 1) * size - 1;
  const double high = beta_quantile(one_above, ess * p + 1, ess * (1 - p) + 1) * size - 1;
  const auto at     = [&](double rank) { return sorted[static_cast<std::size_t>(rank)]; };
  return (at(std::ceil((std::min)(high, size - 1))) - at(std::floor((std::max)(low, 0.0)))) / 2;
}

}  // namespace detail

// All of these take draws (k, n, …) of n chains and return a number for each coordinate, as those of ess.hpp do, with the same errors.

/// The standard error of the mean of all draws, their standard deviation / √ess_mean.
template <tensor_value T>
std::vector<double> mcse_mean(const T& draws) {
  return detail::for_each_coordinate("mcse_mean", draws, detail::mcse_of_mean);
}

/// The standard error of the standard deviation of all draws. The distribution has to have a fourth moment.
template <tensor_value T>
std::vector<double> mcse_sd(const T& draws) {
  return detail::for_each_coordinate("mcse_sd", draws, detail::mcse_of_sd);
}

/// The standard error of the p-quantile of all draws. Throws std::invalid_argument unless 0 ≤ p ≤ 1.
template <tensor_value T>
std::vector<double> mcse_quantile(const T& draws, double p) {
  detail::expect_probability("mcse_quantile", p);
  return detail::for_each_coordinate("mcse_quantile", draws, [p](const chain_draws& x) {
    auto sorted = detail::pooled(x);
    if (sorted.empty()) return detail::nan;
    std::ranges::sort(sorted);
    return detail::mcse_of_quantile(sorted, p, detail::effective_size_below(x, detail::sorted_quantile(sorted, p)));
  });
}

}  // namespace jem::inline v0::metrics
