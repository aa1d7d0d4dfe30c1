// SPDX-License-Identifier: MIT
// The difference of logits ratio: Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse
// parameter-free attacks" (ICML 2020, arXiv:2003.01690), equations 6 and 7. With x_(1) ≥ x_(2) ≥ … the logits of an image in order,
//
//     DLR = −(x_y − max_{j≠y} x_j) / (x_(1) − x_(3)),   towards t: −(x_y − x_t) / (x_(1) − (x_(3) + x_(4)) / 2)
//
// It is positive if the answer is wrong. It does not change if logits are multiplied by a positive number, or if a number is added to all.
#pragma once

#include <jem/tensor/logits.hpp>

#include <limits>

namespace jem::inline v0::evaluate {

namespace detail {

/// The columns of a row's largest elements, the largest first. Of equal elements the first one comes first.
template <index_t Count>
struct largest_of_row {
  index_t at[Count];

  template <class V>
  constexpr largest_of_row(const V* row, index_t columns) : at{} {
    for (index_t rank = 0; rank < Count; ++rank) {
      index_t best = -1;
      for (index_t j = 0; j < columns; ++j) {
        bool taken = false;
        for (index_t r = 0; r < rank; ++r) taken = taken || at[r] == j;
        if (!taken && (best < 0 || row[j] > row[best])) best = j;
      }
      at[rank] = best;
    }
  }
};

/// The ratio of a row. Before the call `slope` has −1 at the label and, if Targeted, 1 at the target; afterwards it has the derivative of
/// the ratio times the denominator. Differences are computed from halves of logits, so that they are finite for finite logits. The ratio is
/// 0 if the denominator is 0.
template <class V, bool Targeted>
struct logits_ratio {
  index_t columns;

  constexpr V operator()(const V* x, V* slope) const {
    const largest_of_row<Targeted ? 4 : 3> top(x, columns);
    index_t y = top.at[0], rival = -1;
    for (index_t j = 0; j < columns; ++j) {
      if (slope[j] < V{}) y = j;
      if (slope[j] > V{}) rival = j;
    }
    if (rival < 0) rival = top.at[0] == y ? top.at[1] : top.at[0];
    const V first = x[top.at[0]] / 2, third = x[top.at[2]] / 2, last = x[top.at[Targeted ? 3 : 2]] / 2;
    const V above = x[rival] / 2 - x[y] / 2, below = first - third + (third - last) / 2;
    const V ratio = below > V{} ? above / below : V{};
    slope[rival]  = V(1);
    slope[top.at[0]] -= ratio;
    slope[top.at[2]] += ratio / 2;
    slope[top.at[Targeted ? 3 : 2]] += ratio / 2;
    return ratio;
  }
};

}  // namespace detail

/// The difference of logits ratio (n) of logits (n, k) with labels (n). `slope` becomes its derivative by the logits, (n, k), times the
/// ratio's denominator, which is one positive number for each row: its direction stays the same if logits are multiplied by a positive
/// number. Throws std::invalid_argument for fewer than three classes; the labels have to be classes.
template <tensor_value T>
T difference_of_logits_ratio(const T& logits, const labels<T>& y, T& slope) {
  expect_rank("difference_of_logits_ratio", 2, logits.extents());
  expect_at_least("difference_of_logits_ratio", "classes", 3, logits.extent(1));
  slope = zeros<T>(logits.extents());
  add_at(slope, y, -1);
  return map_rows(logits, slope, detail::logits_ratio<typename T::value_type, false>{logits.extent(1)});
}

/// The same towards targets (n), classes other than the labels. Throws std::invalid_argument for fewer than four classes.
template <tensor_value T>
T difference_of_logits_ratio(const T& logits, const labels<T>& y, const labels<T>& target, T& slope) {
  expect_rank("difference_of_logits_ratio", 2, logits.extents());
  expect_at_least("difference_of_logits_ratio", "classes", 4, logits.extent(1));
  slope = zeros<T>(logits.extents());
  add_at(slope, y, -1);
  add_at(slope, target, 1);
  return map_rows(logits, slope, detail::logits_ratio<typename T::value_type, true>{logits.extent(1)});
}

}  // namespace jem::inline v0::evaluate
