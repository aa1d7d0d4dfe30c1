// SPDX-License-Identifier: MIT
// Squared distances between the rows of two batches, ‖xᵢ‖² + ‖yⱼ‖² − 2·xᵢ·yⱼ, by one matrix product, and nearest rows.
#pragma once

#include <jem/tensor/matmul.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace jem::inline v0 {

/// ‖xᵢ − yⱼ‖² of rows (n, …) and (m, …), at place i·m + j of a list on the host. Rounding never makes one negative; it is as large as that
/// of the squares of the norms. One that is no number counts as 0. Throws std::invalid_argument for rows of two shapes.
template <tensor_value T>
std::vector<double> squared_distances(const T& x, const T& y) {
  expect_shape("squared_distances", x.extents().with_rows(y.extent(0)), y.extents());
  const index_t columns = x.extents().row_size();
  const auto dots =
      matmul(x.reshaped({x.extent(0), columns}), y.reshaped({y.extent(0), columns}), transpose::no, transpose::yes).to_vector();
  const auto of_x = row_dots(x, x).to_vector(), of_y = row_dots(y, y).to_vector();
  std::vector<double> result;
  result.reserve(dots.size());
  for (const double square_x : of_x) {
    for (const double square_y : of_y) {
      result.push_back((std::max)(0.0, square_x + square_y - 2 * static_cast<double>(dots[result.size()])));
    }
  }
  return result;
}

/// For each row of (n, …) the other row that is nearest to it, (n); the first one if several are equally near. Throws
/// std::invalid_argument for fewer than two rows.
template <tensor_value T>
labels<T> nearest_others(const T& x) {
  expect_at_least("nearest_others", "rows", 2, x.extent(0));
  const auto distances = squared_distances(x, x);
  const auto n         = static_cast<std::size_t>(x.extent(0));
  std::vector<std::int32_t> nearest;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t best = i == 0 ? 1 : 0;
    for (std::size_t j = best + 1; j < n; ++j) {
      if (j != i && distances[i * n + j] < distances[i * n + best]) best = j;
    }
    nearest.push_back(static_cast<std::int32_t>(best));
  }
  return labels<T>(shape{x.extent(0)}, nearest);
}

}  // namespace jem::inline v0
