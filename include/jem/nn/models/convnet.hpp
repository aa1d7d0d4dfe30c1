// SPDX-License-Identifier: MIT
// A small convolutional classifier without normalisation: a 3×3 convolution, then for each further width a 4×4 convolution
// of stride 2 and a 3×3 one, an activation after each, and a linear head. Strided convolutions in place of pooling, and no
// batch statistics: an energy has to be a smooth function of one image.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/nn/activated.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/sums.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <vector>

namespace jem::inline v0 {

/// Images are (height, width, channels); widths are the channels of the first convolution and of each halving.
struct convnet_options {
  at_least<"convnet_options", "height", 1, largest_extent> height;                 ///< of an image, ≥ 1
  at_least<"convnet_options", "width", 1, largest_extent> width;                   ///< of an image, ≥ 1
  at_least<"convnet_options", "channels", 1, largest_extent> channels = 1;         ///< of an image, ≥ 1
  at_least<"convnet_options", "classes", 1, largest_extent> classes   = 10;        ///< logits, ≥ 1
  std::vector<index_t> widths                                         = {32, 64};  ///< at least one, each ≥ 1
};

template <tensor_value T, class A = swish, class Convolution = conv2d<T>, class Head = linear<T>>
  requires layer<A, T>
struct convnet {
  using tensor_type              = T;
  static constexpr bool row_wise = jem::row_wise<A> && jem::row_wise<Convolution> && jem::row_wise<Head>;  ///< see core/concepts.hpp

  std::vector<Convolution> convolutions;  ///< one, and two for each halving
  Head head;                              ///< from what is left of the image to logits
  A activation{};                         ///< after each convolution

  convnet() = default;

  /// Throws std::invalid_argument, before it draws, for no width, a width below 1, or an image that cannot be halved as often as asked.
  template <initializer<T> I = pytorch_uniform>
  convnet(const convnet_options& o, rng& g, A a = {}, const I& initialize = {}) : activation(a) {
    expect_at_least("convnet", "widths", 1, std::ssize(o.widths));
    for (const index_t each : o.widths) (void)at_least<"convnet_options", "widths", 1, largest_extent>(each);
    index_t height = o.height, width = o.width;
    for (std::size_t i = 1; i < o.widths.size(); ++i) height /= 2, width /= 2;
    if (height < 1 || width < 1) {
      fail("convnet", concat("an image that can be halved ", o.widths.size() - 1, " times"), to_string({o.height, o.width, o.channels}));
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
    pooled_vector<activated_cache<A, Convolution, X>> later;  ///< each with the activation before it
    typename A::template cache<X> last;
    flatten::cache<X> flat;
    typename Head::template cache<X> head;
  };

  static auto parameters(auto& self) { return std::tie(self.convolutions, self.head); }
  static constexpr std::array parameter_names{"convolutions", "head"};

  /// The same network while its weights stand still, see prepared.hpp.
  template <summed_in<T> X>
  auto prepared(const X& x, const shape& input) const {
    convnet<T, A, prepared_t<Convolution, X>, prepared_t<Head, X>> still;
    still.convolutions = preparation(x, input)(convolutions);
    still.head         = prepared_layer(head, x, {});
    still.activation   = activation;
    return still;
  }

  /// (n, h, w, c) → logits (n, classes)
  template <summed_in<T> X>
    requires layer<A, X>
  X forward(X x, cache<X>& c) const {
    return head.forward(features(std::move(x), c), c.head);
  }

  /// ∂L/∂logits (n, classes) → ∂L/∂x (n, h, w, c)
  template <summed_in<T> X>
  X backward(const X& dy, cache<X>& c, convnet* gradient) const {
    return features_backward(head.backward(dy, c.head, detail::part(gradient, &convnet::head)), c, gradient);
  }

  /// As forward, see sums.hpp.
  template <summed_in<T> X>
    requires layer<A, X>
  T forward_sums(X x, cache<X>& c) const {
    return jem::forward_sums(head, features(std::move(x), c), c.head);
  }

  /// As backward.
  template <summed_in<T> X>
  X backward_sums(const T& dy, cache<X>& c, convnet* gradient) const {
    return features_backward(jem::backward_sums<X>(head, dy, c.head, detail::part(gradient, &convnet::head)), c, gradient);
  }

 private:
  /// (n, h, w, c) → (n, d), what the head is given.
  template <class X>
  X features(X x, cache<X>& c) const {
    c.later.resize(convolutions.size());
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
      x = i == 0 ? convolutions[i].forward(std::move(x), c.first)
                 : forward_activated(activation, convolutions[i], std::move(x), c.later[i]);
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
      dx = i == 0 ? convolutions[i].backward(dx, c.first, part) : backward_activated(activation, convolutions[i], dx, c.later[i], part);
    }
    return dx;
  }
};

}  // namespace jem::inline v0
