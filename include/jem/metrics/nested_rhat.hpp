// SPDX-License-Identifier: MIT
// R̂ for many short chains: K superchains of M chains that have one start in common but own random numbers, N draws each. Margossian,
// Hoffman, Sountsov, Riou-Durand, Vehtari and Gelman (2022, arXiv:2110.13017, doi:10.1214/24-BA1453):
//
//     nested R̂ = √(1 + B/W),   B = var_k(mean of superchain k),   W = mean_k(var(its chains' means) + mean(its chains' variances))
//
// with variances of divisor n − 1, that of a single chain or draw being 0. It compares superchains, whose means forget the start as
// chains converge and vary little if M is large, and so needs no long chains: N = 1 is enough. At stationarity and with N = 1 it is near
// √(1 + 1/M), so that a bound of 1.01 asks for M ≥ 50. Draws are neither split nor ranked.
#pragma once

#include <jem/metrics/rank_scores.hpp>

namespace jem::inline v0::metrics {

namespace detail {

inline double variance_or_0(const std::vector<double>& values) { return values.size() < 2 ? 0 : variance(values); }

/// Nested R̂ of chains as they are, those of a superchain adjacent. NaN for fewer than two superchains, no draws, and all draws equal.
inline double nested_scale_reduction(const chain_draws& x, std::size_t superchains) {
  if (superchains < 2 || x.empty() || x[0].empty()) return nan;
  const std::size_t m = x.size() / superchains;
  std::vector<double> centers, widths;
  for (std::size_t k = 0; k < superchains; ++k) {
    std::vector<double> means, own;
    for (std::size_t c = k * m; c < (k + 1) * m; ++c) means.push_back(mean(x[c])), own.push_back(variance_or_0(x[c]));
    centers.push_back(mean(means));
    widths.push_back(variance_or_0(means) + mean(own));
  }
  return std::sqrt(1 + variance(centers) / mean(widths));
}

inline void expect_superchains(std::string_view where, std::size_t chains, index_t superchains) {
  expect_at_least(where, "superchains", 1, superchains);
  if (chains % static_cast<std::size_t>(superchains) != 0) {
    fail(where, concat("chains in ", superchains, " superchains of one size"), concat(chains, " chains"));
  }
}

}  // namespace detail

/// Nested R̂ of each coordinate of draws (k, K·M, …), in row-major order, the M chains of each of the K `superchains` adjacent. NaN for
/// coordinates that are constant or not finite, for no draws, and for one superchain; infinite if only superchains differ.
/// Throws std::invalid_argument for fewer than two axes, and for chains that do not form K superchains of one size.
template <tensor_value T>
std::vector<double> nested_rhat(const T& draws, index_t superchains) {
  if (draws.extents().rank() > 1) detail::expect_superchains("nested_rhat", static_cast<std::size_t>(draws.extent(1)), superchains);
  return detail::for_each_coordinate(
      "nested_rhat", draws, [=](const chain_draws& x) { return detail::nested_scale_reduction(x, static_cast<std::size_t>(superchains)); });
}

}  // namespace jem::inline v0::metrics
