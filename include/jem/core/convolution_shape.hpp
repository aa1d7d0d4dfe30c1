// SPDX-License-Identifier: MIT
// The extents of a two-dimensional convolution, channels last: (n, h, w, c) ⋆ (kh, kw, c, f) → (n, oh, ow, f).
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// How a kernel moves over an image: `stride` pixels at a time, over `padding` zeros on each side.
struct convolution_geometry {
  at_least<"convolution_geometry", "stride", 1, largest_extent> stride   = 1;  ///< ≥ 1
  at_least<"convolution_geometry", "padding", 0, largest_extent> padding = 0;  ///< ≥ 0
};

/// All extents of one convolution, checked by make_convolution_shape.
struct convolution_shape {
  index_t n, h, w, c;       ///< images
  index_t kh, kw, f;        ///< kernel and number of filters
  index_t stride, padding;  ///< in pixels, as in convolution_geometry

  constexpr index_t oh() const { return (h + 2 * padding - kh) / stride + 1; }  ///< height of the output
  constexpr index_t ow() const { return (w + 2 * padding - kw) / stride + 1; }  ///< width of the output

  constexpr index_t patch() const { return kh * kw * c; }       ///< number of inputs that an output pixel depends on
  constexpr index_t pixels() const { return n * oh() * ow(); }  ///< number of output pixels of the batch

  constexpr shape input() const { return {n, h, w, c}; }         ///< (n, h, w, c)
  constexpr shape weight() const { return {kh, kw, c, f}; }      ///< (kh, kw, c, f)
  constexpr shape output() const { return {n, oh(), ow(), f}; }  ///< (n, oh, ow, f)
};

/// Throws std::invalid_argument unless input (n, h, w, c) and weight (kh, kw, c, f) fit each other.
inline convolution_shape make_convolution_shape(const shape& input, const shape& weight, convolution_geometry g) {
  if (input.rank() != 4 || weight.rank() != 4 || input[3] != weight[2] || weight[2] < 1 || weight[3] < 1) {
    fail("convolution", "(n, h, w, c) and (kh, kw, c, f)", to_string(input) + " and " + to_string(weight));
  }
  if (weight[0] < 1 || weight[1] < 1 || input[1] + 2 * g.padding < weight[0] || input[2] + 2 * g.padding < weight[1]) {
    fail("convolution", concat("a kernel within the padded image ", to_string(shape{input[1] + 2 * g.padding, input[2] + 2 * g.padding})),
         to_string(shape{weight[0], weight[1]}));
  }
  return {input[0], input[1], input[2], input[3], weight[0], weight[1], weight[3], g.stride, g.padding};
}

}  // namespace jem::inline v0
