// SPDX-License-Identifier: MIT
// Directions for attacks that neither vanish nor overflow. Where p(y|x) rounds to 1, the cross-entropy's slope p(·|x) − 1_y rounds
// to 0, though it still points somewhere: with q(j|x) = exp x_j / Σ_{i≠y} exp x_i it is (1 − p(y|x))·(q(·|x) − 1_y), and the factor
// before the bracket does not turn it.
#pragma once

#include <jem/core/math.hpp>
#include <jem/tensor/logits.hpp>

#include <utility>

namespace jem::inline v0::evaluate::detail {

/// Writes a row of unit length and returns the norm that it had. Elements are divided by the largest before they are squared.
template <class V>
struct to_unit_length {
  index_t columns;

  constexpr V operator()(const V* row, V* unit) const {
    V largest{}, total{};
    for (index_t j = 0; j < columns; ++j) {
      const V size = row[j] < V{} ? -row[j] : row[j];
      largest      = size > largest ? size : largest;
    }
    if (largest == V{}) return largest;
    for (index_t j = 0; j < columns; ++j) total += (row[j] / largest) * (row[j] / largest);
    const V length = math::sqrt(total);
    for (index_t j = 0; j < columns; ++j) unit[j] = row[j] / largest / length;
    return largest * length;
  }
};

/// Each row of a batch (n, …) to unit length; rows of zeros stay.
template <tensor_value T>
void normalise_rows(T& x) {
  using V = typename T::value_type;
  map_rows(std::as_const(x), x, to_unit_length<V>{x.extents().row_size()});
}

/// Writes softmax over all classes but the one that `slope` is negative at.
template <class V>
struct weigh_rivals {
  index_t columns;

  constexpr V operator()(const V* logits, V* slope) const {
    V largest = -std::numeric_limits<V>::infinity(), total{};
    for (index_t j = 0; j < columns; ++j) largest = slope[j] == V{} && logits[j] > largest ? logits[j] : largest;
    for (index_t j = 0; j < columns; ++j) total += slope[j] == V{} ? math::exp(logits[j] - largest) : V{};
    for (index_t j = 0; j < columns; ++j) slope[j] = slope[j] == V{} ? math::exp(logits[j] - largest) / total : slope[j];
    return total;
  }
};

/// The direction in which the cross-entropy rises at logits (n, k) with labels (n): (n, k), the other classes' weights among
/// themselves, and −1 at the label.
template <tensor_value T>
T rival_slope(const T& logits, const labels<T>& y) {
  T slope = zeros<T>(logits.extents());
  add_at(slope, y, -1);
  map_rows(logits, slope, weigh_rivals<typename T::value_type>{logits.extents().row_size()});
  return slope;
}

}  // namespace jem::inline v0::evaluate::detail
