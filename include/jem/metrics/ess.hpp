// SPDX-License-Identifier: MIT
// The effective sample size, the number of independent draws that a run is worth: S/τ, where τ = 1 + 2 Σ ρ_t sums the autocorrelations. As
// Vehtari et al. (2021, doi:10.1214/20-BA1221) and Stan define it, over m chains of n draws, S = m·n (here the halves of chains, see
// rank_scores.hpp):
//
//     ρ_t = 1 − (W − γ_t) / (W·(n − 1)/n + B/n),   γ_t: the chains' mean autocovariance with divisor n
//
// summed by Geyer's initial monotone sequence (1992): pairs ρ_2t + ρ_2t+1 while they are positive, none larger than the one
// before. τ ≥ 1/log₁₀ S, so that antithetic chains are worth more than S draws, but not without limit.
#pragma once

#include <jem/metrics/rank_scores.hpp>

#include <string>

namespace jem::inline v0::metrics {

namespace detail {

/// ρ_t, the autocorrelation function of several chains together.
class autocorrelation {
 public:
  explicit autocorrelation(chain_draws x) : covariance_(centred(x)) {
    const auto [within, between] = variances_of(x);
    const auto n                 = static_cast<double>(x[0].size());
    within_                      = within;
    total_                       = within * (n - 1) / n + between;
  }

  double operator()(std::size_t lag) { return lag == 0 ? 1 : 1 - (within_ - covariance_(lag)) / total_; }

 private:
  static chain_draws centred(chain_draws x) {
    for (auto& chain : x) {
      const double center = mean(chain);
      for (double& value : chain) value -= center;
    }
    return x;
  }

  autocovariance covariance_;
  double within_, total_;
};

inline bool constant(const chain_draws& x) {
  return std::ranges::all_of(x, [&](const auto& chain) { return std::ranges::all_of(chain, [&](double v) { return v == x[0][0]; }); });
}

/// S/τ of chains, which are not cut in two here. NaN for a constant, and for chains of fewer than five draws, which have too few lags.
/// In addition to the positive pairs, the even lag of the first pair that is not positive counts once if it is positive, as in Stan; so
/// does that of the last pair that the length of the chains allows, whatever its sign if the pair is positive.
inline double effective_size(const chain_draws& x) {
  if (x.empty() || x[0].size() < 5) return nan;
  if (constant(x)) return nan;
  autocorrelation rho(x);
  const auto size = static_cast<double>(x.size() * x[0].size());
  double tau = -1, last = std::numeric_limits<double>::infinity();
  for (std::size_t lag = 0;; lag += 2) {
    const double even = rho(lag), pair = even + rho(lag + 1);
    if (!(pair > 0) || lag + 5 > x[0].size()) {
      tau += pair >= 0 ? even : (std::max)(even, 0.0);
      break;
    }
    last = (std::min)(last, pair);
    tau += 2 * last;
  }
  return size / (std::max)(tau, 1 / std::log10(size));
}

/// The effective sample size for the event that x is at most a threshold.
inline double effective_size_below(chain_draws x, double threshold) {
  for (auto& chain : x) {
    for (double& value : chain) value = value <= threshold ? 1 : 0;
  }
  return effective_size(split(x));
}

/// The smaller one of two numbers; NaN if either is.
inline double smaller_of(double a, double b) { return std::isnan(a) || a < b ? a : b; }

inline void expect_probability(std::string_view where, double p) {
  if (!(p >= 0 && p <= 1)) fail(where, "0 <= p <= 1", std::to_string(p));
}

}  // namespace detail

// All of these take draws (k, n, …) of n chains, as `sample` returns them, and return a number for each coordinate in row-major
// order; a single one for draws (k, n). NaN for coordinates that are constant or not finite, and for fewer than ten draws. They
// throw std::invalid_argument for fewer than two axes.

/// The effective sample size for the location, computed from normal scores. It is the number to report. Vehtari et al. advise at least
/// 100 for each chain.
template <tensor_value T>
std::vector<double> ess_bulk(const T& draws) {
  return detail::for_each_coordinate("ess_bulk", draws,
                                     [](const chain_draws& x) { return detail::effective_size(detail::normal_scores(detail::split(x))); });
}

/// The effective sample size for the tails: the smaller one of those for the 5 % and the 95 % quantile. NaN if so many draws are equal that
/// there are none beyond a quantile.
template <tensor_value T>
std::vector<double> ess_tail(const T& draws) {
  return detail::for_each_coordinate("ess_tail", draws, [](const chain_draws& x) {
    auto sorted = detail::pooled(x);
    if (sorted.empty()) return detail::nan;
    std::ranges::sort(sorted);
    return detail::smaller_of(detail::effective_size_below(x, detail::sorted_quantile(sorted, 0.05)),
                              detail::effective_size_below(x, detail::sorted_quantile(sorted, 0.95)));
  });
}

/// The effective sample size for the p-quantile: that of the event that x is at most the quantile of the draws. Throws
/// std::invalid_argument unless 0 ≤ p ≤ 1.
template <tensor_value T>
std::vector<double> ess_quantile(const T& draws, double p) {
  detail::expect_probability("ess_quantile", p);
  return detail::for_each_coordinate("ess_quantile", draws, [p](const chain_draws& x) {
    const auto all = detail::pooled(x);
    return all.empty() ? detail::nan : detail::effective_size_below(x, detail::quantile(all, p));
  });
}

/// The effective sample size for the mean, computed from the draws themselves, whose distribution has to have a variance.
template <tensor_value T>
std::vector<double> ess_mean(const T& draws) {
  return detail::for_each_coordinate("ess_mean", draws, [](const chain_draws& x) { return detail::effective_size(detail::split(x)); });
}

}  // namespace jem::inline v0::metrics
