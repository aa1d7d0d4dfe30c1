// SPDX-License-Identifier: MIT
// Residual blocks: x ↦ shortcut(x) + body(x); He et al. 2016, "Identity mappings in deep residual networks", arXiv:1603.05027,
// and, with its body, Zagoruyko and Komodakis 2016, "Wide residual networks", arXiv:1605.07146.
//
// The shortcut is the identity or, where the shape changes, a projection. It is given x itself, as in the published code of
// Grathwohl et al. (2020): out = conv2(a(norm2(conv1(a(norm1(x)))))), out += shortcut(x). Zagoruyko's own code gives the
// projection a(norm1(x)) instead, which shares the first activation. Weights trained for one of the two forms do not fit the other.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/fused.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/prepared.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

/// A body whose cache keeps its input: `kept_input` returns a pointer to it, so that the identity shortcut needs no copy of the input.
template <class Body, class T>
concept keeps_input = requires(typename Body::template cache<T>& c) {
  { Body::kept_input(c) } -> std::same_as<const T*>;
};

/// shortcut(x) + body(x); without a shortcut, x + body(x).
template <class Body, class Shortcut = conv2d<tensor_type_of<Body>>>
struct residual : made_of<Body, Shortcut> {
  Body body;                           ///< its output is added to that of the shortcut
  std::optional<Shortcut> shortcut{};  ///< the identity if there is none

  residual() = default;
  /// Takes a body, and a shortcut unless that is the identity.
  residual(Body f, std::optional<Shortcut> beside = {}) : body(std::move(f)), shortcut(std::move(beside)) {}

  template <tensor_value X>
  struct cache {
    typename Body::template cache<X> body;
    typename Shortcut::template cache<X> shortcut;
  };

  static constexpr std::array parameter_names{"", "shortcut"};
  static auto parameters(auto& self) { return std::tie(self.body, self.shortcut); }

  /// The same block of prepared layers, see prepared.hpp.
  template <tensor_value T>
    requires(layer<Body, T> && layer<Shortcut, T>)
  auto prepared(preparation<T>& walk) const {
    preparation<T> aside(walk.extents());
    residual<prepared_t<Body, T>, prepared_t<Shortcut, T>> still{walk(body)};
    if (shortcut) still.shortcut = aside(*shortcut);
    return still;
  }

  /// Throws std::invalid_argument if body and shortcut give different shapes.
  template <tensor_value T>
    requires(layer<Body, T> && layer<Shortcut, T>)
  T forward(T x, cache<T>& c) const {
    T beside;
    const T* addend = &beside;
    if (shortcut) {
      beside = shortcut->forward(x, c.shortcut);
    } else if constexpr (keeps_input<Body, T>) {
      addend = Body::kept_input(c.body);
    } else {
      beside = x;
    }
    return forward_with(body, std::move(x), c.body, around<T>{.addend = addend});
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, residual* gradient) const {
    const T through = shortcut ? shortcut->backward(dy, c.shortcut, detail::part(gradient, &residual::shortcut)) : T();
    const around<T> with{.addend = shortcut ? &through : &dy};
    return backward_with(body, dy, c.body, detail::part(gradient, &residual::body), with);
  }

  /// See statistics.hpp.
  template <tensor_value T>
    requires(updates_statistics<Body, T> && updates_statistics<Shortcut, T>)
  T update_statistics(T x, float momentum) {
    T y = shortcut ? jem::update_statistics(*shortcut, x, momentum) : x;
    add_scaled(y, 1, jem::update_statistics(body, std::move(x), momentum));
    return y;
  }
};

/// The body of a wide residual block: conv2(a(norm2(conv1(a(norm1(x)))))).
template <tensor_value T, class A = leaky_relu, class N = no_normalize, class Convolution = conv2d<T>>
struct preactivated : made_of<T, A, N, Convolution> {
  Convolution conv1, conv2;  ///< 3×3; the second one may have a stride
  N norm1{};                 ///< before the first activation
  N norm2{};                 ///< before the second one
  A activation{};            ///< before each convolution

  preactivated() = default;
  /// Takes its parts.
  preactivated(Convolution first, Convolution second, N before_first = {}, N before_second = {}, A a = {})
      : conv1(std::move(first)),
        conv2(std::move(second)),
        norm1(std::move(before_first)),
        norm2(std::move(before_second)),
        activation(std::move(a)) {}

  template <tensor_value X>
  struct cache {
    typename N::template cache<X> norm1, norm2;
    fused_cache<A, Convolution, X> conv1, conv2;
  };

  static constexpr std::array parameter_names{"norm1", "conv1", "norm2", "conv2"};
  static auto parameters(auto& self) { return std::tie(self.norm1, self.conv1, self.norm2, self.conv2); }

  /// The same body of prepared layers, see prepared.hpp.
  template <summed_in<T> X>
  auto prepared(preparation<X>& walk) const {
    preparation<X> before_first(walk.extents());
    auto first = walk(conv1);
    preparation<X> before_second(walk.extents());
    auto second = walk(conv2);
    return preactivated<T, A, prepared_t<N, X>, prepared_t<Convolution, X>>(std::move(first), std::move(second), before_first(norm1),
                                                                            before_second(norm2), activation);
  }

  /// The input x in the cache of conv1. It is there if conv1 applies the activation itself and there is no normalisation before it.
  template <tensor_value X>
    requires(std::same_as<N, no_normalize> && takes_activation<Convolution, A, X>)
  static const X* kept_input(const cache<X>& c) {
    return &c.conv1.layer.input;
  }

  /// (n, h, w, c) → (n, oh, ow, f)
  template <summed_in<T> X>
    requires(layer<A, X> && layer<N, X> && layer<Convolution, X>)
  X forward(X x, cache<X>& c, const around<X>& with = {}) const {
    x = forward_fused(activation, conv1, norm1.forward(std::move(x), c.norm1), c.conv1);
    return forward_fused(activation, conv2, norm2.forward(std::move(x), c.norm2), c.conv2, with.addend);
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <summed_in<T> X>
  X backward(const X& dy, cache<X>& c, preactivated* gradient, const around<X>& with = {}) const {
    X dx                = backward_fused(activation, conv2, dy, c.conv2, detail::part(gradient, &preactivated::conv2));
    dx                  = norm2.backward(std::move(dx), c.norm2, detail::part(gradient, &preactivated::norm2));
    constexpr bool last = std::same_as<N, no_normalize>;  // the pass of conv1 is the last one, so it may add the addend
    dx = backward_fused(activation, conv1, dx, c.conv1, detail::part(gradient, &preactivated::conv1), last ? with.addend : nullptr);
    dx = norm1.backward(std::move(dx), c.norm1, detail::part(gradient, &preactivated::norm1));
    if constexpr (last) {
      return dx;
    } else {
      return finished(std::move(dx), with);
    }
  }

  /// See statistics.hpp.
  template <summed_in<T> X>
  X update_statistics(X x, float momentum) {
    cache<X> c;
    x = forward_fused(activation, conv1, jem::update_statistics(norm1, std::move(x), momentum), c.conv1);
    return forward_fused(activation, conv2, jem::update_statistics(norm2, std::move(x), momentum), c.conv2);
  }
};

/// The size of a wide residual block: two 3×3 convolutions from `in` to `out` channels; the second one has the stride.
struct wide_block_options {
  at_least<"wide_block_options", "in", 1, largest_extent> in;              ///< channels of an image, ≥ 1
  at_least<"wide_block_options", "out", 1, largest_extent> out;            ///< channels of the output, ≥ 1
  at_least<"wide_block_options", "stride", 1, largest_extent> stride = 1;  ///< ≥ 1: of the second convolution and of the shortcut
};

/// A wide residual block with drawn weights; a 1×1 convolution with a bias is its shortcut if the shape changes.
template <tensor_value T, class A = leaky_relu, class N = no_normalize, initializer<T> I = pytorch_uniform>
residual<preactivated<T, A, N>> make_wide_block(const wide_block_options& o, rng& g, const A& a = {}, const I& initialize = {}) {
  auto conv1 = make_conv2d<T>({.in = o.in, .out = o.out}, g, initialize);
  auto conv2 = make_conv2d<T>({.in = o.out, .out = o.out, .stride = o.stride}, g, initialize);
  residual<preactivated<T, A, N>> block{{std::move(conv1), std::move(conv2), N(o.in), N(o.out), a}};
  if (o.in != o.out || o.stride != 1) {
    block.shortcut = make_conv2d<T>({.in = o.in, .out = o.out, .kernel = 1, .stride = o.stride, .padding = 0}, g, initialize);
  }
  return block;
}

}  // namespace jem::inline v0
