// SPDX-License-Identifier: MIT
// Squared distances between the rows of two batches, ‖xᵢ‖² + ‖yⱼ‖² − 2·xᵢ·yⱼ, by one matrix product.
#pragma once

#include <jem/tensor/matmul.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
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

}  // namespace jem::inline v0
