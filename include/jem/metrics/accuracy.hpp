// SPDX-License-Identifier: MIT
// Measures of the probabilities p(y|x) = softmax(f(x))[y] against labels: accuracy, −log p(y|x), and the score of Brier
// (1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2) over all classes, Σ_k (p(k|x) − 1[k = y])², which lies in [0, 2].
#pragma once

#include <jem/core/math.hpp>
#include <jem/core/weighed_row.hpp>
#include <jem/metrics/moments.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace jem::inline v0::metrics {

namespace detail {

/// The labels on the host, a class for each row.
template <tensor_value T>
host_labels checked(std::string_view where, const T& logits, const labels<T>& y) {
  expect_rank(where, 2, logits.extents());
  expect_shape(where, shape{logits.extent(0)}, y.extents());
  return checked_labels(where, y, logits.extent(1));
}

/// f(row, k) for each row of logits (n, k), in double on the host.
template <tensor_value T, class F>
std::vector<double> of_each_row(std::string_view where, const T& logits, F f) {
  expect_rank(where, 2, logits.extents());
  expect_at_least(where, "classes", 1, logits.extent(1));
  const auto values = logits.to_vector();
  const std::vector<double> wide(values.begin(), values.end());
  std::vector<double> result(static_cast<std::size_t>(logits.extent(0)));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = f(wide.data() + static_cast<std::ptrdiff_t>(i) * logits.extent(1), logits.extent(1));
  return result;
}

using row_of_logits = jem::detail::weighed_row<double>;

/// log((1 − p) / p) for the probability p of class y in a row. Both p and 1 − p can be computed from it without loss of precision.
/// −infinity for a single class.
inline double log_odds_against(const double* row, index_t k, index_t y) { return row_of_logits(row, k, y).log_sum_exp_beside(row[y]); }

}  // namespace detail

/// Whether the largest logit of each row (n, k), the first one of equal logits, is that of the label. A row with a NaN is wrong whatever
/// its label; argmax alone would return class 0. Throws std::invalid_argument for a label that is no class.
template <tensor_value T>
std::vector<bool> correct(const T& logits, const labels<T>& y) {
  detail::checked("correct", logits, y);
  const auto right = label_is_largest(logits, y).to_vector();
  return {right.begin(), right.end()};
}

/// log Σ_y exp f(x)[y] of each row of logits (n, k), in double.
template <tensor_value T>
std::vector<double> log_sum_exps(const T& logits) {
  return detail::of_each_row("log_sum_exps", logits,
                             [](const double* row, index_t k) { return detail::row_of_logits(row, k).log_sum_exp(); });
}

/// max_y p(y|x) of each row of logits (n, k), in double: in float, confident answers would all be exactly 1 and could not be ranked.
template <tensor_value T>
std::vector<double> confidence(const T& logits) {
  return detail::of_each_row("confidence", logits, [](const double* row, index_t k) {
    const detail::row_of_logits all(row, k);
    return all.share(all.largest);
  });
}

/// log(p / (1 − p)) of p = max_y p(y|x), of each row of logits (n, k). It ranks answers as their confidence does, and also those whose
/// confidence is rounded to 1. Infinite for a single class.
template <tensor_value T>
std::vector<double> confidence_log_odds(const T& logits) {
  return detail::of_each_row("confidence_log_odds", logits, [](const double* row, index_t k) {
    return -detail::log_odds_against(row, k, std::max_element(row, row + k) - row);
  });
}

/// The share of rows whose largest logit is the label's; NaN without rows. Logits (n, k), labels (n).
template <tensor_value T>
double accuracy(const T& logits, const labels<T>& y) {
  const auto right = correct(logits, y);
  return detail::mean(right);
}

/// The mean of −log p(y|x), in nats; NaN without rows.
template <tensor_value T>
double nll(const T& logits, const labels<T>& y) {
  const auto truth = detail::checked("nll", logits, y);
  std::size_t i    = 0;
  return detail::mean(detail::of_each_row(
      "nll", logits, [&](const double* row, index_t k) { return math::softplus(detail::log_odds_against(row, k, truth.values()[i++])); }));
}

/// The mean of Σ_k (p(k|x) − 1[k = y])²: 0 for answers that are certain and right, 2 for certain and wrong ones; NaN without rows.
template <tensor_value T>
double brier(const T& logits, const labels<T>& y) {
  const auto truth = detail::checked("brier", logits, y);
  std::size_t i    = 0;
  return detail::mean(detail::of_each_row("brier", logits, [&](const double* row, index_t k) {
    const index_t own = truth.values()[i++];
    const detail::row_of_logits others(row, k, own);
    const double missed = math::sigmoid(others.log_sum_exp_beside(row[own]));  // 1 − p(y|x)
    double squares      = 1;                                                   // 1 + Σ of the squares of p(k|x) / (1 − p(y|x)), k ≠ y
    for (index_t j = 0; j < k; ++j) squares += j != own ? others.share(row[j]) * others.share(row[j]) : 0;
    return missed > 0 ? missed * missed * squares : missed;  // if 1 − p(y|x) is 0, shares are 0 / 0
  }));
}

}  // namespace jem::inline v0::metrics
