// SPDX-License-Identifier: MIT
// A Wide ResNet (Zagoruyko and Komodakis 2016, arXiv:1605.07146) as Grathwohl et al. (2020, arXiv:1912.03263, "the paper") use it,
// with leaky ReLUs of slope 0.2 and no normalisation:
//
//     3×3 convolution of 16 channels, three groups of n blocks with 16k, 32k and 64k channels and strides 1, 2, 2,
//     a leaky ReLU, the mean over the image, a linear head;   depth = 6n + 4, width = k
//
// Every convolution has a bias; residual.hpp says what a block is. On images of 32×32 the last mean is the 8×8 pool of the paper.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/nn/energy_head.hpp>
#include <jem/nn/pool.hpp>
#include <jem/nn/repeat.hpp>
#include <jem/nn/residual.hpp>
#include <jem/nn/sequential.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

namespace range {

/// The depths of networks with three groups of n ≥ 1 blocks.
struct six_n_plus_four {
  /// x = 6n + 4, n ≥ 1
  static constexpr bool holds(index_t x) { return 10 <= x && x <= largest_extent && (x - 4) % 6 == 0; }
  static std::string expected() { return " = 6n + 4 with n >= 1"; }  ///< "[wide_resnet_options] expected depth = 6n + 4 …"
};

}  // namespace range

/// The size of a Wide ResNet; depth 28 and width 10 are the paper's. `stem` is 16 in every published network. The first group has
/// stem·width channels, the second twice and the third four times as many.
struct wide_resnet_options {
  setting<index_t, "wide_resnet_options", "depth", range::six_n_plus_four> depth = 28;     ///< 6n + 4, n ≥ 1
  at_least<"wide_resnet_options", "width", 1, largest_extent> width              = 10;     ///< k ≥ 1
  at_least<"wide_resnet_options", "channels", 1, largest_extent> channels        = 3;      ///< of an image, ≥ 1
  at_least<"wide_resnet_options", "classes", 1, largest_extent> classes          = 10;     ///< logits, ≥ 1
  bool energy_head                                                               = false;  ///< whether E(x) is a linear output of its own
  at_least<"wide_resnet_options", "stem", 1, largest_extent> stem                = 16;     ///< channels of the first convolution, ≥ 1
};

/// The Wide ResNet of Grathwohl et al. The normalisation N is constructed from a number of channels; jem::normalize<T> is one.
template <tensor_value T, class A = leaky_relu, class N = no_normalize>
  requires(layer<A, T> && layer<N, T>)
struct wide_resnet : made_of<T, A, N> {
  using block = residual<preactivated<T, A, N>>;  ///< conv2(a(norm2(conv1(a(norm1(x)))))) + shortcut(x)

  conv2d<T> stem;                ///< 3×3
  repeat<repeat<block>> groups;  ///< three groups of n blocks
  N norm;                        ///< before the last activation
  energy_head<T> head;           ///< from channels to logits
  A activation{};                ///< the last activation

  wide_resnet() = default;

  /// Throws std::invalid_argument, before it draws weights, if groups would have more channels than a convolution accepts.
  template <initializer<T> I = pytorch_uniform>
  wide_resnet(const wide_resnet_options& o, rng& g, const A& a = {}, const I& initialize = {}) : activation(a) {
    if (o.stem * o.width > largest_extent / 4) {
      fail("wide_resnet", concat("stem * width <= ", largest_extent / 4), std::to_string(o.stem * o.width));
    }
    stem                  = make_conv2d<T>({.in = o.channels, .out = o.stem}, g, initialize);
    index_t in            = o.stem;
    const auto make_group = [&](index_t group) {
      const index_t out = (o.stem * o.width) << group, stride = group == 0 ? 1 : 2;
      return make_repeat((o.depth - 4) / 6, [&](index_t i) {
        return make_wide_block<T, A, N>({.in = std::exchange(in, out), .out = out, .stride = i == 0 ? stride : 1}, g, a, initialize);
      });
    };
    groups = make_repeat(3, make_group);
    norm   = N(in);
    head = o.energy_head ? make_energy_head<T>(in, o.classes, g, initialize) : energy_head<T>{make_linear<T>(in, o.classes, g, initialize)};
  }

  template <tensor_value X>
  struct cache {
    typename conv2d<T>::template cache<X> stem;
    typename repeat<repeat<block>>::template cache<X> groups;
    typename N::template cache<X> norm;
    typename A::template cache<X> activation;
    global_average_pool::cache<X> pool;
    typename energy_head<T>::template cache<X> head;
  };

  static constexpr std::array parameter_names{"stem", "groups", "norm", "head"};
  static auto parameters(auto& self) { return std::tie(self.stem, self.groups, self.norm, self.head); }

  /// The same network for constant weights, as a `sequential`: see prepared.hpp.
  template <summed_in<T> X>
  auto prepared(preparation<X>& walk) const {
    auto first         = walk(stem);
    auto blocks        = walk(groups);
    const shape images = walk.extents();
    auto before_last   = walk(norm);
    walk.continue_from({images[0], images[3]});  // extents of the means over images
    return sequential{std::move(first), std::move(blocks), std::move(before_last), activation, global_average_pool{}, walk(head)};
  }

  /// (n, h, w, c) → logits (n, classes), for images of any size.
  template <summed_in<T> X, stored_or_summed<X> Y = X>
    requires(layer<A, X> && layer<N, X>)
  Y forward(X x, cache<X>& c, const around<X, unchanged, Y>& with = {}) const {
    return head.forward(features(std::move(x), c), c.head, with);
  }

  /// ∂L/∂logits → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <summed_in<T> X, stored_or_summed<X> Y>
  X backward(const Y& dy, cache<X>& c, wide_resnet* gradient, const around<X>& with = {}) const {
    X dx = head.backward(dy, c.head, detail::part(gradient, &wide_resnet::head));
    return finished(features_backward(std::move(dx), c, gradient), with);
  }

  /// See statistics.hpp.
  template <summed_in<T> X>
  X update_statistics(X x, float momentum) {
    cache<X> c;
    x = jem::update_statistics(groups, stem.forward(std::move(x), c.stem), momentum);
    x = activation.forward(jem::update_statistics(norm, std::move(x), momentum), c.activation);
    return head.forward(global_average_pool{}.forward(x, c.pool), c.head);
  }

 private:
  /// (n, h, w, c) → (n, d), the features that the head gets.
  template <class X>
  X features(X x, cache<X>& c) const {
    x = groups.forward(stem.forward(std::move(x), c.stem), c.groups);
    x = activation.forward(norm.forward(std::move(x), c.norm), c.activation);
    return global_average_pool{}.forward(x, c.pool);
  }

  template <class X>
  X features_backward(X dx, cache<X>& c, wide_resnet* gradient) const {
    dx = global_average_pool{}.backward(std::move(dx), c.pool, nullptr);
    dx = activation.backward(std::move(dx), c.activation, static_cast<A*>(nullptr));
    dx = norm.backward(std::move(dx), c.norm, detail::part(gradient, &wide_resnet::norm));
    dx = groups.backward(std::move(dx), c.groups, detail::part(gradient, &wide_resnet::groups));
    return stem.backward(dx, c.stem, detail::part(gradient, &wide_resnet::stem));
  }
};

}  // namespace jem::inline v0
