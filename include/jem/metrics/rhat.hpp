// SPDX-License-Identifier: MIT
// A test of whether chains still depend on where they started: the potential scale reduction of Gelman and Rubin (1992) in the form of
// Vehtari et al. (2021, doi:10.1214/20-BA1221). Of chains that are cut in two, with numbers replaced by normal scores of ranks,
//
//     R̂ = √((n − 1)/n + (B/n)/W)
//
// where W is the mean variance of a chain and B/n the variance of the chains' means. The result is the larger one of two numbers: R̂ of
// the draws, which detects chains at different places, and R̂ of their distances from the median, which detects chains of different
// widths. Vehtari et al. advise R̂ < 1.01 with at least four chains.
#pragma once

#include <jem/metrics/rank_scores.hpp>

namespace jem::inline v0::metrics {

namespace detail {

/// R̂ of chains as they are. NaN for fewer than two draws or chains, and if all draws are equal; infinite for constant chains that differ.
inline double scale_reduction(const chain_draws& x) {
  if (x.size() < 2 || x[0].size() < 2) return nan;
  const auto n                 = static_cast<double>(x[0].size());
  const auto [within, between] = variances_of(x);
  return std::sqrt((n - 1) / n + between / within);
}

/// The ranking of |x − median|, from that of x: the draws below the median and those above it are in order already.
inline std::vector<ranked_draw> folded(const std::vector<ranked_draw>& x) {
  const std::size_t n = x.size();
  const double median = n % 2 == 1 ? x[n / 2].value : x[n / 2 - 1].value + 0.5 * (x[n / 2].value - x[n / 2 - 1].value);
  std::vector<ranked_draw> result;
  result.reserve(n);
  for (std::size_t below = n / 2, above = n / 2; result.size() < n;) {  // next: x[below - 1] or x[above]
    const bool lower = above == n || (below > 0 && median - x[below - 1].value < x[above].value - median);
    const auto& draw = lower ? x[--below] : x[above++];
    result.push_back({std::abs(draw.value - median), draw.place});
  }
  return result;
}

/// R̂ of the ranking of the halves of chains, of which there are `halves`.
inline double scale_reduction(const std::vector<ranked_draw>& x, std::size_t halves) {
  return std::fmax(scale_reduction(normal_scores(x, halves)),
                   scale_reduction(normal_scores(folded(x), halves)));  // fmax ignores the NaN of a constant
}

}  // namespace detail

/// R̂ of each coordinate of draws (k, n, …) by n chains, in row-major order; a single one for draws (k, n). NaN for coordinates
/// that are constant or not finite, and for fewer than four draws. Throws std::invalid_argument for fewer than two axes.
template <tensor_value T>
std::vector<double> rhat(const T& draws) {
  return detail::for_each_coordinate("rhat", draws, [](const chain_draws& x) {
    if (x.empty() || x[0].size() < 4) return detail::nan;
    return detail::scale_reduction(detail::split(detail::ranking(x), x[0].size()), 2 * x.size());
  });
}

}  // namespace jem::inline v0::metrics
