// SPDX-License-Identifier: MIT
// Means over windows of an image, and the gradient of these means.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

inline shape pooled(const shape& x, index_t height, index_t width) {
  if (x.rank() != 4 || height < 1 || width < 1 || x[1] % height != 0 || x[2] % width != 0) {
    fail("pooling", concat("(n, h, w, c) with whole windows of ", to_string(shape{height, width})), to_string(x));
  }
  return {x[0], x[1] / height, x[2] / width, x[3]};
}

}  // namespace detail

/// (n, h, w, c) → (n, h / height, w / width, c): the mean of each window.
template <tensor_like X>
tensor_of<X> window_means(const X& x, index_t height, index_t width) {
  using V         = number_of<X>;
  const shape out = detail::pooled(x.extents(), height, width);
  tensor_of<X> y(out);
  const index_t h = x.extent(1), w = x.extent(2), c = x.extent(3), oh = out[1], ow = out[2];
  const V factor  = V(1) / static_cast<V>(height * width);
  const auto from = read_columns("pooling", x);
  const auto to   = write_columns("pooling", y, c);
  X::backend_type::for_each(out[0] * oh * ow, c, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    const index_t image = pixel / (oh * ow), top = pixel / ow % oh * height, left = pixel % ow * width;
    V sum{};
    for (index_t a = 0; a < height; ++a) {
      for (index_t b = 0; b < width; ++b) sum += from((image * h + top + a) * w + left + b, channel);
    }
    to(pixel, channel) = factor * sum;
  });
  return y;
}

/// The gradient of window_means: ∂L/∂x (n, h, w, c), given ∂L/∂y (n, h / height, w / width, c) and the extents of x.
template <tensor_like Y>
tensor_of<Y> spread_means(const Y& dy, index_t height, index_t width, const shape& input) {
  using V = number_of<Y>;
  expect_shape("pooling", detail::pooled(input, height, width), dy.extents());
  tensor_of<Y> dx(input);
  const index_t h = input[1], w = input[2], c = input[3], oh = dy.extent(1), ow = dy.extent(2);
  const V factor  = V(1) / static_cast<V>(height * width);
  const auto from = read_columns("pooling", dy);
  const auto to   = write_columns("pooling", dx, c);
  Y::backend_type::for_each(input[0] * h * w, c, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    const index_t image = pixel / (h * w), y = pixel / w % h / height, x = pixel % w / width;
    to(pixel, channel) = factor * from((image * oh + y) * ow + x, channel);
  });
  return dx;
}

}  // namespace jem::inline v0
