// SPDX-License-Identifier: MIT
// How good the probabilities p(y|x) = softmax(f(x))[y] are against labels: accuracy, −log p(y|x), and the score of Brier
// (1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2) over all classes, Σ_k (p(k|x) − 1[k = y])², which lies in [0, 2].
#pragma once

#include <jem/metrics/moments.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/rows.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace jem::inline v0::metrics {

namespace detail {

template <tensor_value T>
void check(std::string_view where, const T& logits, const labels<T>& y) {
  expect_rank(where, 2, logits.extents());
  expect_shape(where, shape{logits.extent(0)}, y.extents());
  check_labels(where, y, logits.extent(1));
}

}  // namespace detail

/// Whether the largest logit of each row (n, k) is the label's, the first of equals. A row with a NaN is wrong whatever its
/// label: argmax alone would call it class 0. Throws std::invalid_argument for a label that is no class.
template <tensor_value T>
std::vector<bool> correct(const T& logits, const labels<T>& y) {
  detail::check("correct", logits, y);
  const auto guess = row_argmax(logits).to_vector(), truth = y.to_vector();
  const auto known = log_sum_exp(logits).to_vector();  // NaN where a logit is
  std::vector<bool> right(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) right[i] = guess[i] == truth[i] && !std::isnan(known[i]);
  return right;
}

/// max_y p(y|x) of each row of logits (n, k), in double: in float, sure answers are all exactly 1 and can no longer be ranked.
template <tensor_value T>
std::vector<double> confidence(const T& logits) {
  expect_rank("confidence", 2, logits.extents());
  const auto columns = static_cast<std::size_t>(logits.extent(1));
  const auto values  = logits.to_vector();
  std::vector<double> result(static_cast<std::size_t>(logits.extent(0)));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::span row(values.data() + i * columns, columns);
    double largest = -INFINITY, total = 0;
    for (const auto value : row) largest = std::fmax(largest, static_cast<double>(value));
    for (const auto value : row) total += std::exp(static_cast<double>(value) - largest);
    result[i] = 1 / total;
  }
  return result;
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
  detail::check("nll", logits, y);
  return detail::mean((log_sum_exp(logits) - pick(logits, y)).to_vector());
}

/// The mean of Σ_k (p(k|x) − 1[k = y])²: 0 for sure and right, 2 for sure and wrong; NaN without rows.
template <tensor_value T>
double brier(const T& logits, const labels<T>& y) {
  detail::check("brier", logits, y);
  T error = softmax(logits);  // (n, k)
  add_at(error, y, -1);
  return detail::mean(row_dots(error, error).to_vector());
}

}  // namespace jem::inline v0::metrics
