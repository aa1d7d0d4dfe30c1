// SPDX-License-Identifier: MIT
// The preparation of draws for diagnostics of Markov chains. Each chain is cut in two, so that a trend within a chain becomes a
// difference between chains. Numbers are replaced by the normal scores of their ranks, Φ⁻¹((r − 3/8) / (S + 1/4)), so that results
// do not depend on moments, which a distribution may not have. Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021),
// "Rank-normalization, folding, and localization: an improved R̂", doi:10.1214/20-BA1221; the scores are Blom's (1958).
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>
#include <jem/metrics/autocovariance.hpp>
#include <jem/metrics/moments.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace jem::inline v0::metrics {

namespace detail {

/// Draws (k, n, …) of n chains on the host, to be read coordinate by coordinate.
template <class V>
class host_draws {
 public:
  template <tensor_value T>
  host_draws(std::string_view where, const T& draws) {
    if (draws.extents().rank() < 2) fail(where, "draws (k, n, …) of n chains", to_string(draws.extents()));
    values_ = draws.to_vector();
    draws_ = static_cast<std::size_t>(draws.extent(0)), chains_ = static_cast<std::size_t>(draws.extent(1));
    for (index_t axis = 2; axis < draws.extents().rank(); ++axis) item_.push_back(draws.extent(axis));
  }

  std::size_t draws() const { return draws_; }
  std::size_t chains() const { return chains_; }
  const shape& item() const { return item_; }  // of one draw of one chain
  std::size_t coordinates() const { return static_cast<std::size_t>(item_.size()); }

  V operator()(std::size_t draw, std::size_t chain, std::size_t coordinate) const {
    return values_[(draw * chains_ + chain) * coordinates() + coordinate];
  }

  chain_draws operator[](std::size_t coordinate) const {
    chain_draws x(chains_, std::vector<double>(draws_));
    for (std::size_t i = 0; i < draws_; ++i) {
      for (std::size_t c = 0; c < chains_; ++c) x[c][i] = static_cast<double>((*this)(i, c, coordinate));
    }
    return x;
  }

 private:
  std::vector<V> values_;
  std::size_t draws_, chains_;
  shape item_;
};

template <tensor_value T>
host_draws(std::string_view, const T&) -> host_draws<typename T::value_type>;

inline bool all_finite(const chain_draws& x) {
  return std::ranges::all_of(x, [](const auto& chain) { return std::ranges::all_of(chain, [](double v) { return std::isfinite(v); }); });
}

/// f(draws of one coordinate) for each coordinate of draws (k, n, …), in row-major order; NaN for one with a number that is not
/// finite. One number for draws (k, n).
template <tensor_value T, class F>
std::vector<double> for_each_coordinate(std::string_view where, const T& draws, F f) {
  const host_draws all(where, draws);
  std::vector<double> result(all.coordinates(), nan);
  for (std::size_t j = 0; j < result.size(); ++j) {
    const chain_draws x = all[j];
    if (all_finite(x)) result[j] = f(x);
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

/// The p-quantile of one or more numbers in ascending order, interpolated linearly between neighbours (type 7 of Hyndman and Fan 1996).
inline double sorted_quantile(const std::vector<double>& values, double p) {
  const double at     = p * static_cast<double>(values.size() - 1);
  const auto below    = static_cast<std::size_t>(at);
  const double beyond = at - static_cast<double>(below);
  return beyond == 0 ? values[below] : values[below] + beyond * (values[below + 1] - values[below]);
}

/// The same of numbers in any order.
inline double quantile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  return sorted_quantile(values, p);
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

/// A draw among others in ascending order, and where it comes from: place = chain · length + number.
struct ranked_draw {
  double value;
  std::size_t place;
};

/// All draws in ascending order. What several measures need of a coordinate is sorted once.
inline std::vector<ranked_draw> ranking(const chain_draws& x) {
  std::vector<ranked_draw> all;
  for (const auto& chain : x) {
    for (const double value : chain) all.push_back({value, all.size()});
  }
  std::ranges::sort(all, {}, &ranked_draw::value);
  return all;
}

/// The ranking of the halves of chains, from that of the chains.
inline std::vector<ranked_draw> split(std::vector<ranked_draw> all, std::size_t length) {
  if (length % 2 == 0) return all;  // the halves of a chain lie where the chain lies
  std::erase_if(all, [=](const ranked_draw& draw) { return draw.place % length == length / 2; });
  for (auto& draw : all) draw.place -= draw.place / length + (draw.place % length > length / 2 ? 1 : 0);
  return all;
}

/// Each draw of a ranking of `chains` chains → the normal score of its rank; equal numbers share the mean of their ranks.
inline chain_draws normal_scores(const std::vector<ranked_draw>& all, std::size_t chains) {
  chain_draws scores(chains, std::vector<double>(chains == 0 ? 0 : all.size() / chains));
  const auto size = static_cast<double>(all.size());
  std::vector<double> upper;  // of whole ranks above the middle, from the highest one; those below mirror them
  for (std::size_t i = 0; i < all.size() / 2; ++i) upper.push_back(-normal_quantile((static_cast<double>(i) + 0.625) / (size + 0.25)));
  for (std::size_t first = 0, last = 0; first < all.size(); first = last) {
    while (last < all.size() && all[last].value == all[first].value) ++last;
    const std::size_t twice = first + last + 1, mirrored = 2 * all.size() + 2 - twice;  // the rank from 1, and that from the other end
    const std::size_t outer = (std::min)(twice, mirrored);
    double score            = 0;
    if (twice != mirrored) {
      score = outer % 2 == 0 ? upper[outer / 2 - 1] : -normal_quantile((static_cast<double>(outer) / 2 - 0.375) / (size + 0.25));
      if (twice < mirrored) score = -score;
    }
    for (std::size_t i = first; i < last; ++i) scores[all[i].place / scores[0].size()][all[i].place % scores[0].size()] = score;
  }
  return scores;
}

inline chain_draws normal_scores(const chain_draws& x) { return normal_scores(ranking(x), x.size()); }

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
