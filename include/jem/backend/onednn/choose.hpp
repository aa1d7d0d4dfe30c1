// SPDX-License-Identifier: MIT
// Decides which convolutions of the onednn backend are computed by oneDNN and which by the eigen backend. The decision depends on the
// shape, the type and the instruction set. The rule was found by measurements; nothing is timed when a program runs.
#pragma once

#include <jem/backend/cpu/winograd/weights.hpp>
#include <jem/backend/onednn/plan.hpp>

#include <algorithm>
#include <concepts>

namespace jem::inline v0::onednn_convolution {

/// Whether elements are stored in fewer bits than their sums, as bfloat16 is.
template <element T>
inline constexpr bool is_half = !std::same_as<T, accumulator_t<T>>;

/// What computes the products: oneDNN, or the eigen backend in floats.
enum class products { onednn, eigen };

/// The stride and the padding of a convolution.
constexpr convolution_geometry geometry_of(const convolution_shape& s) { return {s.stride, s.padding}; }

/// Whether the eigen backend's algorithm of Winograd for 3×3 kernels is faster than oneDNN with vector instructions, which it is for enough
/// channels. On Zen 5 it is a tenth to a third faster than oneDNN in bfloat16, and two to three times as fast as oneDNN in float.
inline bool winograd_is_faster(const shape& weight, convolution_geometry g) {
  return weight[0] == 3 && weight[1] == 3 && g.stride == 1 && (std::min)(weight[2], weight[3]) >= 16;
}

/// The rule, found by measurements on Zen 5, for weights (kh, kw, c, f) and `tiles` tiles of 4×4 outputs; 0 if the images are not known.
/// For floats it is the eigen backend, except for 1×1 kernels and images with a few colours. For bfloat16 matrix instructions (AMX) are the
/// fastest. Vector instructions (AVX-512 BF16) are slower than Winograd's algorithm in float if its transformed weights are kept, or if
/// there are enough tiles to make up for transforming them. A processor with neither kind of instructions is faster in floats.
template <element T>
products products_for(const shape& weight, convolution_geometry g, direction what, index_t tiles = 0) {
  const bool by_weights = what == direction::weight_gradient;
  if constexpr (is_half<T>) {
    if (!multiplies_bfloat16()) return products::eigen;
    if (multiplies_matrices() || !winograd_is_faster(weight, g)) return products::onednn;
    const bool kept = eigen_winograd::worth_keeping(weight[2], weight[3]);
    return kept || by_weights || tiles >= 128 ? products::eigen : products::onednn;
  } else {
    const bool small = weight[0] == 1 && weight[1] == 1, colours = weight[2] > 1 && weight[2] < 8;
    if (what == direction::input_gradient) return small && g.stride == 1 ? products::onednn : products::eigen;
    return small || colours ? products::onednn : products::eigen;
  }
}
/// The same for a convolution of images.
template <element T>
products products_for(const convolution_shape& s, direction what) {
  return products_for<T>(s.weight(), geometry_of(s), what, s.n * ((s.oh() + 3) / 4) * ((s.ow() + 3) / 4));
}

}  // namespace jem::inline v0::onednn_convolution
