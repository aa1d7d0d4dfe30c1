// SPDX-License-Identifier: MIT
// Calibration: an answer given with a confidence of 70 % should be right in 70 % of the cases. The reliability diagram and the expected
// calibration error of Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017, arXiv:1706.04599):
//
//     ECE = Σ_b (n_b / n)·|accuracy_b − confidence_b|,   maximum CE = max_b |accuracy_b − confidence_b|,
//
// over bins of equal width of max_y p(y|x). Both depend on the number of bins, so it should be reported with them.
#pragma once

#include <jem/metrics/accuracy.hpp>

#include <algorithm>
#include <limits>

namespace jem::inline v0::metrics {

/// The answers whose confidence lies in (low, high]; the first bin holds 0, too.
struct reliability_bin {
  double low = 0, high = 0;                                      ///< edges
  index_t count     = 0;                                         ///< answers in it
  double confidence = std::numeric_limits<double>::quiet_NaN();  ///< mean over the bin; NaN in an empty one
  double accuracy   = std::numeric_limits<double>::quiet_NaN();  ///< share of right answers; NaN in an empty bin
};

namespace detail {

/// The bin b with b/bins < p ≤ (b + 1)/bins. The product may round across an edge, so the edges themselves decide.
inline std::size_t bin_of(double p, index_t bins) {
  const auto edge = [&](index_t b) { return static_cast<double>(b) / static_cast<double>(bins); };
  index_t b       = std::clamp<index_t>(static_cast<index_t>(std::ceil(p * static_cast<double>(bins))) - 1, 0, bins - 1);
  if (b > 0 && p <= edge(b)) --b;
  if (b + 1 < bins && p > edge(b + 1)) ++b;
  return static_cast<std::size_t>(b);
}

}  // namespace detail

/// The reliability diagram of answers with their confidence and whether each was right. Throws std::invalid_argument for
/// fewer than one bin, different numbers of both, or a confidence outside [0, 1], NaN included.
inline std::vector<reliability_bin> reliability(std::span<const double> confidence, const std::vector<bool>& right, index_t bins = 15) {
  expect_at_least("reliability", "bins", 1, bins);
  expect_shape("reliability", shape{std::ssize(confidence)}, shape{std::ssize(right)});
  std::vector<double> sure(static_cast<std::size_t>(bins)), hits(static_cast<std::size_t>(bins));
  std::vector<reliability_bin> diagram(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (!(confidence[i] >= 0 && confidence[i] <= 1)) {
      fail("reliability", "confidences in [0, 1]", std::to_string(confidence[i]) + " at index " + std::to_string(i));
    }
    const std::size_t b = detail::bin_of(confidence[i], bins);
    ++diagram[b].count;
    sure[b] += confidence[i];
    hits[b] += right[i] ? 1 : 0;
  }
  for (std::size_t b = 0; b < diagram.size(); ++b) {
    diagram[b].low  = static_cast<double>(b) / static_cast<double>(bins);
    diagram[b].high = static_cast<double>(b + 1) / static_cast<double>(bins);
    if (diagram[b].count == 0) continue;
    diagram[b].confidence = sure[b] / static_cast<double>(diagram[b].count);
    diagram[b].accuracy   = hits[b] / static_cast<double>(diagram[b].count);
  }
  return diagram;
}

/// The same of logits (n, k) and labels (n).
template <tensor_value T>
std::vector<reliability_bin> reliability(const T& logits, const labels<T>& y, index_t bins = 15) {
  return reliability(confidence(logits), correct(logits, y), bins);
}

/// Expected calibration error: the bins' gaps, weighted by their counts. NaN of an empty diagram.
inline double ece(std::span<const reliability_bin> diagram) {
  double gap = 0, count = 0;
  for (const auto& bin : diagram) {
    if (bin.count == 0) continue;
    gap += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
    count += static_cast<double>(bin.count);
  }
  return gap / count;
}

/// Maximum calibration error: the widest gap of a bin, however few answers it holds. NaN of an empty diagram.
inline double mce(std::span<const reliability_bin> diagram) {
  double gap = std::numeric_limits<double>::quiet_NaN();
  for (const auto& bin : diagram) {
    if (bin.count > 0) gap = std::fmax(gap, std::abs(bin.accuracy - bin.confidence));  // fmax ignores NaN
  }
  return gap;
}

}  // namespace jem::inline v0::metrics
