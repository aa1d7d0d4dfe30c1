// SPDX-License-Identifier: MIT
// A convolution with a bias: y = x ⋆ W + b, channels last.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/columns.hpp>

#include <array>
#include <concepts>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

template <tensor_value T>
struct conv2d : made_of<T> {
  T weight;                         // (kh, kw, c, f)
  T bias;                           // (f)
  convolution_geometry geometry{};  ///< stride and padding

  conv2d() = default;
  /// Takes weights (kh, kw, c, f) and biases (f).
  conv2d(T weights, T biases, convolution_geometry by = {}) : weight(std::move(weights)), bias(std::move(biases)), geometry(by) {}

  /// The values of forward that backward needs. Constant weights need no gradient, and then the input is kept only if backward needs it for
  /// the derivative of a function before the convolution.
  template <tensor_value X>
  struct cache {
    shape extents;  ///< of the input
    X input;        // (n, h, w, c)
  };

  static constexpr std::array parameter_names{"weight", "bias"};
  static auto parameters(auto& self) { return std::tie(self.weight, self.bias); }

  /// The same convolution for constant weights, which are laid out for images of the extents walk.extents(), see prepared.hpp.
  template <summed_in<T> X>
  still_layer<conv2d, X> prepared(preparation<X>& walk) const {
    const shape images = walk.extents();
    walk.continue_from(make_convolution_shape(images, weight.extents(), geometry).output());
    return {this, prepare_convolution<X>(weight, geometry, images)};
  }

  /// (n, h, w, c) → (n, oh, ow, f). Throws std::invalid_argument for another number of channels or a too small image.
  template <summed_in<T> X, fusable F = unchanged>
  X forward(X x, cache<X>& c, const around<X, F>& with = {}) const {
    X y       = convolution(x, weight, geometry, &bias, with);
    c.extents = x.extents();
    if (with.weights == nullptr || !std::same_as<F, unchanged>) c.input = std::move(x);
    return y;
  }

  /// ∂L/∂y (n, oh, ow, f) → ∂L/∂x (n, h, w, c);  adds ∂L/∂W and ∂L/∂b to the gradient.
  template <summed_in<T> X, fusable F = unchanged>
  X backward(const X& dy, cache<X>& c, conv2d* gradient, const around<X, F>& with = {}) const {
    if (gradient != nullptr) {
      add_convolution_weight_gradient(gradient->weight, c.input, dy, geometry, with.function);
      add_scaled(gradient->bias, 1, column_sums(dy));
    }
    return convolution_input_gradient(dy, weight, geometry, c.extents, &c.input, with);
  }
};

/// The size of a convolution: kernel × kernel windows, `in` channels to `out` filters.
struct conv2d_options {
  at_least<"conv2d_options", "in", 1, largest_extent> in;                ///< channels of an image, ≥ 1
  at_least<"conv2d_options", "out", 1, largest_extent> out;              ///< filters, ≥ 1
  at_least<"conv2d_options", "kernel", 1, 1024> kernel             = 3;  ///< height and width of a window, ≥ 1
  at_least<"conv2d_options", "stride", 1, largest_extent> stride   = 1;  ///< pixels from one window to the next, ≥ 1
  at_least<"conv2d_options", "padding", 0, largest_extent> padding = 1;  ///< zeros on each side, ≥ 0
};

/// A convolution with drawn weights; biases are drawn like weights (pytorch_uniform) or zero (all others).
template <tensor_value T, initializer<T> I = pytorch_uniform>
conv2d<T> make_conv2d(const conv2d_options& o, rng& g, const I& initialize = {}) {
  const index_t fan_in = o.kernel * o.kernel * o.in, fan_out = o.kernel * o.kernel * o.out;
  T weight = initialize.template operator()<T>({o.kernel, o.kernel, o.in, o.out}, fan_in, fan_out, g);
  const convolution_geometry geometry{o.stride, o.padding};
  T bias = initial_bias<T>(o.out, fan_in, fan_out, g, initialize);
  return {std::move(weight), std::move(bias), geometry};
}

}  // namespace jem::inline v0
