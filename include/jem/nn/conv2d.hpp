// SPDX-License-Identifier: MIT
// A convolution with a bias: y = x ⋆ W + b, channels last.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/rows.hpp>

#include <array>
#include <tuple>
#include <type_traits>

namespace jem::inline v0 {

template <tensor_value T, summed_in<T> X = T>
struct prepared_conv2d;

template <tensor_value T>
struct conv2d {
  using tensor_type              = T;
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  T weight;                         // (kh, kw, c, f)
  T bias;                           // (f)
  convolution_geometry geometry{};  ///< stride and padding

  template <tensor_value X>
  struct cache {
    X input;  // (n, h, w, c)
  };

  static constexpr std::array parameter_names{"weight", "bias"};
  static auto parameters(auto& self) { return std::tie(self.weight, self.bias); }

  /// The same convolution while its weights stand still, for images of such extents, see prepared.hpp.
  template <summed_in<T> X>
  prepared_conv2d<T, X> prepared(const X&, const shape& input) const {
    return {this, input.rank() == 0 ? prepared_weights<X>{} : prepare_convolution<X>(weight, geometry, input)};
  }

  /// (n, oh, ow, f) of images (n, h, w, c). Throws std::invalid_argument for other channels or an image smaller than the kernel.
  shape output(const shape& input) const { return make_convolution_shape(input, weight.extents(), geometry).output(); }

  /// (n, h, w, c) → (n, oh, ow, f). Throws as `output` does.
  template <summed_in<T> X>
  X forward(X x, cache<X>& c) const {
    return forward_after(unchanged{}, std::move(x), c, nullptr);
  }

  /// ∂L/∂y (n, oh, ow, f) → ∂L/∂x (n, h, w, c);  adds ∂L/∂W and ∂L/∂b to the gradient.
  template <summed_in<T> X>
  X backward(const X& dy, cache<X>& c, conv2d* gradient) const {
    return backward_after(unchanged{}, dy, c, gradient, nullptr);
  }

  /// f(x) ⋆ W + b, + addend unless it is null, in one pass where the backend can: see activated.hpp.
  template <fusable F, summed_in<T> X>
  X forward_after(const F& f, X x, cache<X>& c, const std::type_identity_t<X>* addend) const {
    X y     = convolution(x, weight, geometry, {}, convolution_terms<X, F, T>{f, &bias, addend});
    c.input = std::move(x);
    return y;
  }

  /// Its gradient with respect to x, + addend unless it is null.
  template <fusable F, summed_in<T> X>
  X backward_after(const F& f, const X& dy, cache<X>& c, conv2d* gradient, const std::type_identity_t<X>* addend) const {
    if (gradient != nullptr) {
      add_convolution_weight_gradient(gradient->weight, c.input, dy, geometry, f);
      add_scaled(gradient->bias, 1, column_sums(dy));
    }
    return convolution_input_gradient(dy, weight, geometry, c.input.extents(), {}, gradient_terms<X, F>{f, &c.input, addend});
  }
};

/// A convolution whose weights were laid out by the backend for images X. Of its input it keeps the extents only, unless a function of it
/// was asked.
template <tensor_value T, summed_in<T> X>
struct prepared_conv2d {
  using tensor_type              = T;
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  const conv2d<T>* inner = nullptr;  ///< which has to outlive it
  prepared_weights<X> weights{};     ///< for both directions

  template <tensor_value Y>
  struct cache {
    shape extents;
    Y input;  // (n, h, w, c)
  };

  static auto parameters(auto&) { return std::tie(); }

  /// As conv2d's.
  shape output(const shape& input) const { return inner->output(input); }

  /// (n, h, w, c) → (n, oh, ow, f)
  X forward(const X& x, cache<X>& c) const {
    c.extents = x.extents();
    return convolution(x, inner->weight, inner->geometry, weights, convolution_terms<X, unchanged, T>{{}, &inner->bias});
  }

  /// ∂L/∂y → ∂L/∂x; there are no parameters.
  X backward(const X& dy, cache<X>& c, prepared_conv2d*) const {
    return convolution_input_gradient(dy, inner->weight, inner->geometry, c.extents, weights);
  }

  /// As conv2d's.
  template <fusable F>
  X forward_after(const F& f, X x, cache<X>& c, const X* addend) const {
    X y     = convolution(x, inner->weight, inner->geometry, weights, convolution_terms<X, F, T>{f, &inner->bias, addend});
    c.input = std::move(x);
    return y;
  }

  /// As conv2d's.
  template <fusable F>
  X backward_after(const F& f, const X& dy, cache<X>& c, prepared_conv2d*, const X* addend) const {
    return convolution_input_gradient(dy, inner->weight, inner->geometry, c.input.extents(), weights,
                                      gradient_terms<X, F>{f, &c.input, addend});
  }
};

/// What a convolution is made of: kernel × kernel windows, `in` channels to `out` filters.
struct conv2d_options {
  at_least<"conv2d_options", "in", 1, largest_extent> in;                ///< channels of an image, ≥ 1
  at_least<"conv2d_options", "out", 1, largest_extent> out;              ///< filters, ≥ 1
  at_least<"conv2d_options", "kernel", 1, 1024> kernel             = 3;  ///< height and width of a window, ≥ 1
  at_least<"conv2d_options", "stride", 1, largest_extent> stride   = 1;  ///< pixels from window to window, ≥ 1
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
