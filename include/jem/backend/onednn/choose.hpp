// SPDX-License-Identifier: MIT
// Which convolutions of the onednn backend are oneDNN's and which eigen's: a rule in the shape, the type and the instruction set, found
// by measuring. Nothing is timed when a program runs.
#pragma once

#include <jem/backend/cpu/winograd/weights.hpp>
#include <jem/backend/onednn/plan.hpp>

#include <algorithm>
#include <concepts>

namespace jem::inline v0::onednn_convolution {

/// Whether elements are stored in half as much as they are summed in.
template <element T>
inline constexpr bool is_half = !std::same_as<T, accumulator_t<T>>;

/// Whose products: oneDNN's, or eigen's of floats.
enum class products { onednn, eigen };

/// How a convolution's kernel moves.
constexpr convolution_geometry geometry_of(const convolution_shape& s) { return {s.stride, s.padding}; }

/// Whether eigen has Winograd's algorithm for 3×3 and channels enough that it passes oneDNN's products of vectors: of bfloat16 by a
/// tenth to a third on Zen 5, of floats by two to three times.
inline bool winograd_is_faster(const shape& weight, convolution_geometry g) {
  return weight[0] == 3 && weight[1] == 3 && g.stride == 1 && (std::min)(weight[2], weight[3]) >= 16;
}

/// The rule, found by measuring on Zen 5, for weights (kh, kw, c, f) and so many tiles of 4×4 outputs; none while images are not known.
/// Floats go to eigen but for the products of 1×1 and of a few colours. Of bfloat16, nothing passes products of matrices (AMX); those
/// of vectors (AVX-512 BF16) are passed by Winograd's algorithm in float, where its weights are kept or there are tiles enough to
/// make them for; without either, a processor is faster in floats.
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
