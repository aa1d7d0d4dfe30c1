// SPDX-License-Identifier: MIT
// How far two sets of images are apart as samples of two laws: the squared maximum mean discrepancy,
//
//     mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y),   k(a, b) = exp(−‖a − b‖² / (2·w²)),
//
// over pairs of different images. It is 0 on average if the laws are the same. Gretton et al. 2012, JMLR 13, equation 3.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>
#include <jem/tensor/distances.hpp>

#include <cmath>
#include <string>

namespace jem::inline v0::metrics {

namespace detail {

/// The mean of the kernel over pairs; of one set with itself, over pairs of different rows.
template <tensor_value T>
double mean_kernel(const T& x, const T& y, double squared_width, bool same) {
  const auto distances = squared_distances(x, y);
  const auto columns   = static_cast<std::size_t>(y.extent(0));
  double sum           = 0;
  for (std::size_t k = 0; k < distances.size(); ++k) {
    if (!same || k / columns != k % columns) sum += std::exp(-distances[k] / (2 * squared_width));
  }
  return sum / static_cast<double>(same ? distances.size() - columns : distances.size());
}

}  // namespace detail

/// The squared discrepancy of x (n, …) and y (m, …) with a kernel of width w; an estimate without bias, so it may be negative. Throws
/// std::invalid_argument for fewer than two images in a set, rows of two shapes, and a width that is not above 0.
template <tensor_value T>
double kernel_distance(const T& x, const T& y, double width) {
  expect_at_least("kernel_distance", "images", 2, (std::min)(x.extent(0), y.extent(0)));
  if (!(width > 0)) fail("kernel_distance", "a width above 0", std::to_string(width));
  const double w = width * width;
  return detail::mean_kernel(x, x, w, true) + detail::mean_kernel(y, y, w, true) - 2 * detail::mean_kernel(x, y, w, false);
}

}  // namespace jem::inline v0::metrics
