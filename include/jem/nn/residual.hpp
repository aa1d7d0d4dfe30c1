// SPDX-License-Identifier: MIT
// Residual blocks: x ↦ shortcut(x) + body(x); He et al. 2016, "Identity mappings in deep residual networks", arXiv:1603.05027,
// and, with its body, Zagoruyko and Komodakis 2016, "Wide residual networks", arXiv:1605.07146.
//
// The shortcut is the identity or, where the shape changes, a projection. It is given x itself, as in the published code of
// Grathwohl et al. (2020): out = conv2(a(norm2(conv1(a(norm1(x)))))), out += shortcut(x). Zagoruyko's own code gives the
// projection a(norm1(x)) instead, which shares the first activation; weights of the one do not serve the other.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/activated.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/prepared.hpp>

#include <array>
#include <optional>
#include <tuple>
#include <type_traits>

namespace jem::inline v0 {

/// A body that adds its result to something, and its gradient too, for less than a pass of its own; null stands for its own input.
template <class Body, class T>
concept adds_residual = requires(const Body& f, Body* gradient, const T& x, typename Body::template cache<T>& c) {
  { f.forward_onto(x, c, &x) } -> std::same_as<T>;
  { f.backward_onto(x, c, gradient, &x) } -> std::same_as<T>;
};

/// shortcut(x) + body(x); without a shortcut, x + body(x).
template <class Body, class Shortcut = conv2d<tensor_type_of<Body>>>
struct residual {
  using tensor_type              = tensor_type_of<Shortcut>;
  static constexpr bool row_wise = jem::row_wise<Body> && jem::row_wise<Shortcut>;  ///< see core/concepts.hpp

  Body body;                           ///< x ↦ what is added
  std::optional<Shortcut> shortcut{};  ///< none: the identity

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
  auto prepared(const T& x, const shape& input) const {
    residual<prepared_t<Body, T>, prepared_t<Shortcut, T>> still{prepared_layer(body, x, input)};
    if (shortcut) still.shortcut = prepared_layer(*shortcut, x, input);
    return still;
  }

  /// The extents of body(x), none where it does not say.
  shape output(const shape& input) const { return output_of(body, input); }

  /// Throws std::invalid_argument where body and shortcut give different shapes.
  template <tensor_value T>
    requires(layer<Body, T> && layer<Shortcut, T>)
  T forward(T x, cache<T>& c) const {
    if constexpr (adds_residual<Body, T>) {
      if (!shortcut) return body.forward_onto(std::move(x), c.body, nullptr);
      const T y = shortcut->forward(x, c.shortcut);
      return body.forward_onto(std::move(x), c.body, &y);
    } else {
      T y       = shortcut ? shortcut->forward(x, c.shortcut) : x;
      const T b = body.forward(std::move(x), c.body);
      expect_shape("residual", y.extents(), b.extents());
      add_scaled(y, 1, b);
      return y;
    }
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, residual* gradient) const {
    const T through = shortcut ? shortcut->backward(dy, c.shortcut, detail::part(gradient, &residual::shortcut)) : T();
    const T& addend = shortcut ? through : dy;
    if constexpr (adds_residual<Body, T>) {
      return body.backward_onto(dy, c.body, detail::part(gradient, &residual::body), &addend);
    } else {
      T dx = body.backward(dy, c.body, detail::part(gradient, &residual::body));
      add_scaled(dx, 1, addend);
      return dx;
    }
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
  requires(layer<A, T> && layer<N, T>)
struct preactivated {
  using tensor_type              = T;
  static constexpr bool row_wise = jem::row_wise<A> && jem::row_wise<N> && jem::row_wise<Convolution>;  ///< see core/concepts.hpp

  Convolution conv1, conv2;  ///< 3×3; the second one may stride
  N norm1{};                 ///< before the first activation
  N norm2{};                 ///< before the second one
  A activation{};            ///< before each convolution

  template <tensor_value X>
  struct cache {
    typename N::template cache<X> norm1, norm2;
    activated_cache<A, Convolution, X> conv1, conv2;
  };

  static constexpr std::array parameter_names{"norm1", "conv1", "norm2", "conv2"};
  static auto parameters(auto& self) { return std::tie(self.norm1, self.conv1, self.norm2, self.conv2); }

  /// The same body of prepared layers, see prepared.hpp.
  template <summed_in<T> X>
  auto prepared(const X& x, const shape& input) const {
    using still        = preactivated<T, A, prepared_t<N, X>, prepared_t<Convolution, X>>;
    const shape inside = output_of(conv1, input);
    return still{prepared_layer(conv1, x, input), prepared_layer(conv2, x, inside), prepared_layer(norm1, x, input),
                 prepared_layer(norm2, x, inside), activation};
  }

  /// (n, oh, ow, f) of (n, h, w, c)
  shape output(const shape& input) const { return output_of(conv2, output_of(conv1, input)); }

  /// (n, h, w, c) → (n, oh, ow, f)
  template <summed_in<T> X>
    requires(layer<A, X> && layer<N, X>)
  X forward(X x, cache<X>& c) const {
    x = forward_activated(activation, conv1, norm1.forward(std::move(x), c.norm1), c.conv1);
    return forward_activated(activation, conv2, norm2.forward(std::move(x), c.norm2), c.conv2);
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <summed_in<T> X>
  X backward(const X& dy, cache<X>& c, preactivated* gradient) const {
    return backward_onto(dy, c, gradient, nullptr);
  }

  /// forward(x) + addend, or + x for null. Throws std::invalid_argument where the extents differ.
  template <summed_in<T> X>
    requires takes_activation<Convolution, A, X>
  X forward_onto(X x, cache<X>& c, const std::type_identity_t<X>* addend) const {
    X own;
    if (addend == nullptr && !keeps_input) own = x, addend = &own;
    x = forward_activated(activation, conv1, norm1.forward(std::move(x), c.norm1), c.conv1);
    x = norm2.forward(std::move(x), c.norm2);
    if (addend == nullptr) addend = &c.conv1.layer.input;
    expect_shape("residual", addend->extents(), conv2.output(x.extents()));
    return forward_activated(activation, conv2, std::move(x), c.conv2, addend);
  }

  /// backward(∂L/∂y) + addend.
  template <summed_in<T> X>
  X backward_onto(const X& dy, cache<X>& c, preactivated* gradient, const std::type_identity_t<X>* addend) const {
    const X* const inside = keeps_input ? addend : nullptr;
    X dx                  = backward_activated(activation, conv2, dy, c.conv2, detail::part(gradient, &preactivated::conv2));
    dx                    = norm2.backward(std::move(dx), c.norm2, detail::part(gradient, &preactivated::norm2));
    dx                    = backward_activated(activation, conv1, dx, c.conv1, detail::part(gradient, &preactivated::conv1), inside);
    dx                    = norm1.backward(std::move(dx), c.norm1, detail::part(gradient, &preactivated::norm1));
    if (addend != inside) add_scaled(dx, 1, *addend);
    return dx;
  }

  /// See statistics.hpp.
  template <summed_in<T> X>
  X update_statistics(X x, float momentum) {
    cache<X> c;
    x = forward_activated(activation, conv1, jem::update_statistics(norm1, std::move(x), momentum), c.conv1);
    return forward_activated(activation, conv2, jem::update_statistics(norm2, std::move(x), momentum), c.conv2);
  }

 private:
  static constexpr bool keeps_input = std::same_as<N, no_normalize>;  // then what conv1 keeps is x itself
};

/// What a wide residual block is made of: 3×3 convolutions, `in` channels to `out`; the second one moves by `stride`.
struct wide_block_options {
  at_least<"wide_block_options", "in", 1, largest_extent> in;              ///< channels of an image, ≥ 1
  at_least<"wide_block_options", "out", 1, largest_extent> out;            ///< channels of the sum, ≥ 1
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
