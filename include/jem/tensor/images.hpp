// SPDX-License-Identifier: MIT
// Random crops and mirrored copies of images (n, h, w, c); each image has its own offsets.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

/// The index in [0, n) that index i of a row has if the row is extended by reflection, … 2 1 | 0 1 … n−1 | n−2 …: the edge is not
/// repeated. Requires −n < i < 2n − 1.
constexpr index_t reflected(index_t i, index_t n) {
  const index_t from_edge = i < 0 ? -i : i;
  return from_edge < n ? from_edge : 2 * (n - 1) - from_edge;
}

/// A window (h, w) of each image, padded by reflection on all sides: y[i, r, s, :] = x[i, r + top[i] − padding, s + left[i] −
/// padding, :] with top and left (n) in [0, 2·padding], which is not checked. Throws std::invalid_argument unless
/// 0 ≤ padding < h, w.
template <tensor_like X, tensor_like I>
tensor_of<X> reflect_crops(const X& x, index_t padding, const I& top, const I& left) {
  expect_rank("reflect_crops", 4, x.extents());
  const index_t n = x.extent(0), h = x.extent(1), w = x.extent(2), c = x.extent(3);
  expect_shape("reflect_crops", shape{n}, top.extents());
  expect_shape("reflect_crops", shape{n}, left.extents());
  if (padding < 0 || padding >= h || padding >= w) {
    fail("reflect_crops", concat("0 <= padding < h, w of images ", x.extents()), std::to_string(padding));
  }
  tensor_of<X> y(x.extents());
  const auto from = read_columns("reflect_crops", x);
  const auto to   = write_columns("reflect_crops", y, c);
  const auto down = read_elements(top), right = read_elements(left);
  X::backend_type::for_each(n * h * w, c, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    const index_t image = pixel / (h * w);
    const index_t r = reflected(pixel / w % h + down(image) - padding, h), s = reflected(pixel % w + right(image) - padding, w);
    to(pixel, channel) = from((image * h + r) * w + s, channel);
  });
  return y;
}

/// Images with left and right exchanged: y[i, r, s, :] = x[i, r, w − 1 − s, :].
template <tensor_like X>
tensor_of<X> mirrored(const X& x) {
  expect_rank("mirrored", 4, x.extents());
  const index_t w = x.extent(2), c = x.extent(3);
  tensor_of<X> y(x.extents());
  const auto from = read_columns("mirrored", x);
  const auto to   = write_columns("mirrored", y, c);
  X::backend_type::for_each(x.extent(0) * x.extent(1) * w, c, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    to(pixel, channel) = from(pixel - pixel % w + (w - 1 - pixel % w), channel);
  });
  return y;
}

}  // namespace jem::inline v0
