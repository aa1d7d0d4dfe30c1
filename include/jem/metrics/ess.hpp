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

namespace jem::inline v0::metrics {

namespace detail {

/// The autocorrelation function of several chains together. Each lag takes a pass over the draws, since only few lags are needed.
class autocorrelation {
 public:
  explicit autocorrelation(chain_draws x) : centered_(std::move(x)) {
    const auto [within, between] = variances_of(centered_);
    const auto n                 = static_cast<double>(centered_[0].size());
    within_                      = within;
    total_                       = within * (n - 1) / n + between;
    for (auto& chain : centered_) {
      const double center = mean(chain);
      for (double& value : chain) value -= center;
    }
  }

  double operator()(std::size_t lag) const {
    if (lag == 0) return 1;
    double covariance = 0;
    for (const auto& chain : centered_) {
      for (std::size_t i = lag; i < chain.size(); ++i) covariance += chain[i] * chain[i - lag];
    }
    return 1 - (within_ - covariance / static_cast<double>(centered_.size() * centered_[0].size())) / total_;
  }

 private:
  chain_draws centered_;
  double within_, total_;
};

/// S/τ of chains, which are not cut in two here. NaN for a constant, and for chains of fewer than five draws, which have too few lags.
/// In addition to the positive pairs, the even lag of the first pair that is not positive counts once, as in Stan; so does that of the
/// last pair that the length of the chains allows.
inline double effective_size(const chain_draws& x) {
  if (x.empty() || x[0].size() < 5) return nan;
  const auto all         = pooled(x);
  const auto [low, high] = (std::ranges::minmax)(all);
  if (low == high) return nan;
  const autocorrelation rho(x);
  const auto size = static_cast<double>(all.size());
  double tau = -1, last = std::numeric_limits<double>::infinity();
  for (std::size_t lag = 0;; lag += 2) {
    const double even = rho(lag), pair = even + rho(lag + 1);
    if (!(pair > 0) || lag + 5 > x[0].size()) {
      tau += (std::max)(even, 0.0);
      break;
    }
    last = (std::min)(last, pair);
    tau += 2 * last;
  }
  return size / (std::max)(tau, 1 / std::log10(size));
}

/// The effective sample size for the event that x is at most its p-quantile.
inline double effective_size_of_quantile(const chain_draws& x, double p) {
  if (pooled(x).empty()) return nan;
  const double threshold = quantile(pooled(x), p);
  chain_draws below      = x;
  for (auto& chain : below) {
    for (double& value : chain) value = value <= threshold ? 1 : 0;
  }
  return effective_size(split(below));
}

inline double mcse_of_mean(const chain_draws& x) { return std::sqrt(variance(pooled(x)) / effective_size(split(x))); }

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
    const double low = detail::effective_size_of_quantile(x, 0.05), high = detail::effective_size_of_quantile(x, 0.95);
    return std::isnan(low) ? low : (high < low || std::isnan(high) ? high : low);
  });
}

/// The effective sample size for the mean, computed from the draws themselves, whose distribution has to have a variance.
template <tensor_value T>
std::vector<double> ess_mean(const T& draws) {
  return detail::for_each_coordinate("ess_mean", draws, [](const chain_draws& x) { return detail::effective_size(detail::split(x)); });
}

/// The standard error of the mean of all draws, their standard deviation / √ess_mean.
template <tensor_value T>
std::vector<double> mcse_mean(const T& draws) {
  return detail::for_each_coordinate("mcse_mean", draws, detail::mcse_of_mean);
}

}  // namespace jem::inline v0::metrics
