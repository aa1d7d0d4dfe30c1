// SPDX-License-Identifier: MIT
// Measures of how well a score separates in-distribution from out-of-distribution data; a higher score means "in". The measures of
// Hendrycks and Gimpel, "A baseline for detecting misclassified and out-of-distribution examples" (2017, arXiv:1610.02136), with
// in-distribution as the positive class. None depends on the scale of the score, only on its order.
#pragma once

#include <jem/core/error.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace jem::inline v0::metrics {

namespace detail {

/// The numbers of both kinds with the same score.
struct tied {
  double in = 0, out = 0;
};

/// The groups of equal scores, highest first: each is one threshold. Throws std::invalid_argument for NaN, which has no rank.
inline pooled_vector<tied> descending(std::span<const double> in, std::span<const double> out) {
  pooled_vector<std::pair<double, bool>> all;
  all.reserve(in.size() + out.size());
  for (const double score : in) all.emplace_back(score, true);
  for (const double score : out) all.emplace_back(score, false);
  if (std::ranges::any_of(all, [](const auto& each) { return std::isnan(each.first); })) fail("auroc", "scores that can be ranked", "NaN");
  std::ranges::sort(all, std::greater{});
  pooled_vector<tied> groups;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || all[i].first != all[i - 1].first) groups.emplace_back();
    (all[i].second ? groups.back().in : groups.back().out) += 1;
  }
  return groups;
}

}  // namespace detail

/// The area under the ROC curve: P(score of one in > score of one out) + ½·P(equal), the statistic of Mann and Whitney (1947)
/// by mid-ranks. NaN if either is empty; throws std::invalid_argument for NaN among the scores.
inline double auroc(std::span<const double> in, std::span<const double> out) {
  double above = 0, won = 0;
  for (const auto& group : detail::descending(in, out)) {
    won += group.out * (above + group.in / 2);
    above += group.in;
  }
  return won / (static_cast<double>(in.size()) * static_cast<double>(out.size()));
}

/// The area under the precision-recall curve as average precision, Σ (recall_t − recall_{t−1})·precision_t over the thresholds
/// from the highest down, without interpolation, which would be too optimistic. A random score has the share of `in` among all. NaN and
/// exceptions as for auroc.
inline double aupr(std::span<const double> in, std::span<const double> out) {
  if (out.empty()) return std::numeric_limits<double>::quiet_NaN();
  double true_positives = 0, false_positives = 0, area = 0;
  for (const auto& group : detail::descending(in, out)) {
    true_positives += group.in;
    false_positives += group.out;
    area += group.in * true_positives / (true_positives + false_positives);
  }
  return area / static_cast<double>(in.size());
}

/// The share of `out` that is classified as in, at the highest threshold that classifies at least `true_positive_rate` of `in` as in. NaN
/// and exceptions as for auroc; also throws std::invalid_argument for a rate outside (0, 1].
inline double fpr_at_tpr(std::span<const double> in, std::span<const double> out, double true_positive_rate = 0.95) {
  if (!(true_positive_rate > 0 && true_positive_rate <= 1)) fail("fpr_at_tpr", "a rate in (0, 1]", std::to_string(true_positive_rate));
  double true_positives = 0, false_positives = 0;
  for (const auto& group : detail::descending(in, out)) {
    true_positives += group.in;
    false_positives += group.out;
    if (true_positives / static_cast<double>(in.size()) >= true_positive_rate) break;
  }
  return in.empty() ? std::numeric_limits<double>::quiet_NaN() : false_positives / static_cast<double>(out.size());
}

/// The three measures of one score on one pair of sets.
struct detection {
  double auroc, aupr, fpr95;  ///< in [0, 1]; fpr95 is fpr_at_tpr at 0.95
};

/// All three measures of scores of in and out. NaN and exceptions as for auroc.
inline detection detect(std::span<const double> in, std::span<const double> out) {
  return {auroc(in, out), aupr(in, out), fpr_at_tpr(in, out)};
}

}  // namespace jem::inline v0::metrics
