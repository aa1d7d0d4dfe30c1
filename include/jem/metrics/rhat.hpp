// SPDX-License-Identifier: MIT
// A test whether chains have forgotten where they started: the potential scale reduction of Gelman and Rubin (1992) in the form of Vehtari
// et al. (2021, doi:10.1214/20-BA1221): of chains cut in two, whose numbers are normal scores of ranks,
//
//     R̂ = √((n − 1)/n + (B/n)/W)
//
// with W the mean variance of a chain and B/n the variance of their means; the larger one of R̂ of the draws, which sees chains
// at different places, and of their distances from the median, which sees chains of different widths. Their advice: R̂ < 1.01
// with at least four chains.
#pragma once

#include <jem/metrics/rank_scores.hpp>

namespace jem::inline v0::metrics {

namespace detail {

/// Of chains as they are: NaN of fewer than two draws or chains, and of a constant; infinite of constants that differ.
inline double scale_reduction(const chain_draws& x) {
  if (x.size() < 2 || x[0].size() < 2) return nan;
  const auto n                 = static_cast<double>(x[0].size());
  const auto [within, between] = variances_of(x);
  return std::sqrt((n - 1) / n + between / within);
}

/// |x − median|
inline chain_draws folded(chain_draws x) {
  const double median = quantile(pooled(x), 0.5);
  for (auto& chain : x) {
    for (double& value : chain) value = std::abs(value - median);
  }
  return x;
}

}  // namespace detail

/// R̂ of each coordinate of draws (k, n, …) by n chains, in row-major order; a single one for draws (k, n). NaN for coordinates
/// that are constant or not finite, and of fewer than four draws. Throws std::invalid_argument for fewer than two axes.
template <tensor_value T>
std::vector<double> rhat(const T& draws) {
  return detail::for_each_coordinate("rhat", draws, [](const chain_draws& x) {
    if (x.empty() || x[0].size() < 4) return detail::nan;
    const auto halves = detail::split(x);
    return std::fmax(detail::scale_reduction(detail::normal_scores(halves)),
                     detail::scale_reduction(detail::normal_scores(detail::folded(halves))));  // fmax passes a constant's NaN by
  });
}

}  // namespace jem::inline v0::metrics
