// SPDX-License-Identifier: MIT
// A small convolutional classifier without normalisation: a 3×3 convolution, then for each further width a 4×4 convolution
// of stride 2 and a 3×3 one, an activation after each, and a linear head. Strided convolutions in place of pooling, and no
// batch statistics: an energy has to be a smooth function of one image.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/fused.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <vector>

namespace jem::inline v0 {

/// Images are (height, width, channels). `widths` are the numbers of channels: of the first convolution, and of those after each halving
/// of the image.
struct convnet_options {
  at_least<"convnet_options", "height", 1, largest_extent> height;                 ///< of an image, ≥ 1
  at_least<"convnet_options", "width", 1, largest_extent> width;                   ///< of an image, ≥ 1
  at_least<"convnet_options", "channels", 1, largest_extent> channels = 1;         ///< of an image, ≥ 1
  at_least<"convnet_options", "classes", 1, largest_extent> classes   = 10;        ///< logits, ≥ 1
  std::vector<index_t> widths                                         = {32, 64};  ///< at least one, each ≥ 1
};

template <tensor_value T, class A = swish, class Convolution = conv2d<T>, class Head = linear<T>>
  requires layer<A, T>
struct convnet : made_of<T, A, Convolution, Head> {
  std::vector<Convolution> convolutions;  ///< one, and two for each further width
  Head head;                              ///< from features to logits
  A activation{};                         ///< after each convolution

  convnet() = default;

  /// Throws std::invalid_argument, before it draws weights, if there are no widths, for a width below 1, or for an image that cannot be
  /// halved for each further width.
  template <initializer<T> I = pytorch_uniform>
  convnet(const convnet_options& o, rng& g, A a = {}, const I& initialize = {}) : activation(a) {
    expect_at_least("convnet", "widths", 1, std::ssize(o.widths));
    for (const index_t each : o.widths) (void)at_least<"convnet_options", "widths", 1, largest_extent>(each);
    index_t height = o.height, width = o.width;
    for (std::size_t i = 1; i < o.widths.size(); ++i) height /= 2, width /= 2;
    if (height < 1 || width < 1) {
      fail("convnet", concat("an image that can be halved ", o.widths.size() - 1, " times"),
           to_string(shape{o.height, o.width, o.channels}));
    }
    convolutions.push_back(make_conv2d<T>({.in = o.channels, .out = o.widths[0]}, g, initialize));
    for (std::size_t i = 1; i < o.widths.size(); ++i) {
      convolutions.push_back(make_conv2d<T>({.in = o.widths[i - 1], .out = o.widths[i], .kernel = 4, .stride = 2}, g, initialize));
      convolutions.push_back(make_conv2d<T>({.in = o.widths[i], .out = o.widths[i]}, g, initialize));
    }
    head = make_linear<T>(height * width * o.widths.back(), o.classes, g, initialize);
  }

  template <tensor_value X>
  struct cache {
    typename Convolution::template cache<X> first;
    pooled_vector<fused_cache<A, Convolution, X>> later;  ///< later convolutions, each with the activation before it
    typename A::template cache<X> last;
    flatten::cache<X> flat;
    typename Head::template cache<X> head;
  };

  static auto parameters(auto& self) { return std::tie(self.convolutions, self.head); }
  static constexpr std::array parameter_names{"convolutions", "head"};

  /// The same network for constant weights, see prepared.hpp. Activations do not change extents, so `walk` skips them.
  template <summed_in<T> X>
  auto prepared(preparation<X>& walk) const {
    convnet<T, A, prepared_t<Convolution, X>, prepared_t<Head, X>> still;
    still.convolutions = walk(convolutions);
    walk.continue_from({walk.extents()[0], walk.extents().row_size()});
    still.head       = walk(head);
    still.activation = activation;
    return still;
  }

  /// (n, h, w, c) → logits (n, classes)
  template <summed_in<T> X, stored_or_summed<X> Y = X>
    requires layer<A, X>
  Y forward(X x, cache<X>& c, const around<X, unchanged, Y>& with = {}) const {
    return forward_with(head, features(std::move(x), c), c.head, with);
  }

  /// ∂L/∂logits (n, classes) → ∂L/∂x (n, h, w, c)
  template <summed_in<T> X, stored_or_summed<X> Y>
  X backward(const Y& dy, cache<X>& c, convnet* gradient, const around<X>& with = {}) const {
    X dx = backward_with(head, dy, c.head, detail::part(gradient, &convnet::head), around<X>{});
    return finished(features_backward(std::move(dx), c, gradient), with);
  }

 private:
  /// (n, h, w, c) → (n, d), the features that the head gets.
  template <class X>
  X features(X x, cache<X>& c) const {
    c.later.resize(convolutions.size());
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
      x = i == 0 ? convolutions[i].forward(std::move(x), c.first) : forward_fused(activation, convolutions[i], std::move(x), c.later[i]);
    }
    x = activation.forward(std::move(x), c.last);
    return flatten{}.forward(std::move(x), c.flat);
  }

  template <class X>
  X features_backward(X dx, cache<X>& c, convnet* gradient) const {
    dx = flatten{}.backward(std::move(dx), c.flat, nullptr);
    dx = activation.backward(std::move(dx), c.last, static_cast<A*>(nullptr));
    for (std::size_t i = convolutions.size(); i-- > 0;) {
      Convolution* const part = gradient == nullptr ? nullptr : &gradient->convolutions[i];
      dx = i == 0 ? convolutions[i].backward(dx, c.first, part) : backward_fused(activation, convolutions[i], dx, c.later[i], part);
    }
    return dx;
  }
};

}  // namespace jem::inline v0
