// SPDX-License-Identifier: MIT
// Images with labels, in the memory of a backend.
#pragma once

#include <jem/tensor/logits.hpp>

#include <cmath>
#include <numeric>
#include <vector>

namespace jem::inline v0::data {

/// Images with labels. make_dataset checks them; the readers of this folder call it.
template <tensor_value T>
struct dataset {
  using tensor_type = T;

  T x;                  // (n, …)
  labels<T> y;          // (n)
  index_t classes = 0;  ///< labels are in [0, classes)

  index_t size() const { return x.extent(0); }  ///< n

  /// Rows [first, first + count). Throws std::invalid_argument outside the set.
  dataset rows(index_t first, index_t count) const { return {T(x.rows(first, count)), labels<T>(y.rows(first, count)), classes}; }
};

/// A data set that has been checked: one label for each image, labels in [0, classes), finite pixels. Throws std::invalid_argument
/// that names the first wrong value.
template <tensor_value T>
dataset<T> make_dataset(T x, labels<T> y, index_t classes) {
  if (x.extents().rank() < 2) fail("dataset", "a batch (n, …)", to_string(x.extents()));
  expect_shape("dataset", shape{x.extent(0)}, y.extents());
  check_labels("dataset", y, classes);
  const auto values = x.to_vector();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      fail("dataset", "finite values",
           std::to_string(values[i]) + " in image " + std::to_string(static_cast<index_t>(i) / x.extents().row_size()));
    }
  }
  return {std::move(x), std::move(y), classes};
}

}  // namespace jem::inline v0::data
