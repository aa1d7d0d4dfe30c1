// SPDX-License-Identifier: MIT
// The standard error of the mean of a chain whose draws are not kept and whose length is not known beforehand. The draws are put into at
// most b batches in order; when all are full, neighbours are joined, and batches are twice as long from then on. The means of batches that
// are long beside the chain's memory are nearly independent, so that with batches of s draws
//
//     s · var(batch means) → σ² = τ · var(x),   MCSE² = σ²/S,   ESS = S · var(x)/σ²
//
// Flegal and Jones (2010, doi:10.1214/09-AOS735) give conditions: s has to grow with the chain, as it does here. ESS from b batches
// has a relative standard error of √(2/b). It is too large as long as batches are shorter than some ten times the memory τ.
#pragma once

#include <jem/core/error.hpp>
#include <jem/metrics/streaming_moments.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace jem::inline v0::metrics {

/// The batches of one chain's draws of one number. Memory: `most` · 40 bytes.
class batch_means {
 public:
  /// For at most `most` batches, an even number; there are from most/2 to most − 1 full ones after the first most/2 draws. Throws
  /// std::invalid_argument unless it is even and at least 4.
  explicit batch_means(index_t most = 128) : most_(static_cast<std::size_t>(most)) {
    if (most < 4 || most % 2 != 0) fail("batch_means", "an even number of batches >= 4", std::to_string(most));
  }

  /// Adds the next draw of the chain.
  void add(double x) {
    open_.add(x);
    if (open_.count() < length_) return;
    full_.push_back(open_);
    open_ = {};
    if (full_.size() == most_) join();
  }

  const std::vector<streaming_moments>& batches() const { return full_; }   ///< the full ones, in order
  double batch_length() const { return length_; }                           ///< draws in a batch
  streaming_moments all() const { return joined(0, full_.size(), open_); }  ///< of all draws, those of the unfinished batch included

  /// The moments of the full batches first … last − 1.
  streaming_moments joined(std::size_t first, std::size_t last) const { return joined(first, last, {}); }

  double ess() const;                                                       ///< of the mean; NaN for fewer than two batches
  double mcse_mean() const { return std::sqrt(all().variance() / ess()); }  ///< of the mean of all draws

 private:
  streaming_moments joined(std::size_t first, std::size_t last, const streaming_moments& after) const {
    streaming_moments total;
    for (std::size_t i = first; i < last; ++i) total.merge(full_[i]);
    total.merge(after);
    return total;
  }

  void join() {
    for (std::size_t i = 0; i < most_ / 2; ++i) {
      full_[i] = full_[2 * i];
      full_[i].merge(full_[2 * i + 1]);
    }
    full_.resize(most_ / 2);
    length_ *= 2;
  }

  std::size_t most_;
  double length_ = 1;
  std::vector<streaming_moments> full_;
  streaming_moments open_;
};

namespace detail {

/// ESS of the mean of g(x) over several chains of batches of one length. `of_batch` is the mean of g in a batch, `variance` that of g(x)
/// over all S draws. The deviations of all batches are taken from the mean of all chains, so that chains at different places have a small
/// ESS.
template <class G>
double batch_ess(const std::vector<const batch_means*>& chains, double variance, double draws, G of_batch) {
  streaming_moments means;
  for (const auto* chain : chains) {
    for (const auto& batch : chain->batches()) means.add(of_batch(batch));
  }
  const double tau = means.variance() * (chains.empty() ? 1 : chains[0]->batch_length()) / variance;
  return draws / std::fmax(tau, std::isnan(tau) ? tau : 1 / std::log10(draws));  // the limit of ess.hpp
}

}  // namespace detail

inline double batch_means::ess() const {
  const auto total = all();
  return detail::batch_ess({this}, total.variance(), total.count(), [](const streaming_moments& batch) { return batch.mean(); });
}

}  // namespace jem::inline v0::metrics
