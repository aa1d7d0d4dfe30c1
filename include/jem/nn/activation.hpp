// SPDX-License-Identifier: MIT
// Activations, element by element. Smooth ones (swish, softplus, tanh) give energies with smooth gradients, which samplers
// follow better; the network of Grathwohl et al. (2020, arXiv:1912.03263) uses a leaky ReLU of slope 0.2.
#pragma once

#include <jem/core/fusable.hpp>
#include <jem/core/made_of.hpp>
#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/elementwise.hpp>

#include <tuple>
#include <utility>

namespace jem::inline v0 {

/// A function with its derivative, for an activation layer. The argument of `derivative(x)` is the input.
template <class F, class V>
concept activation_function = std::copyable<F> && requires(const F& f, V x) {
  { f(x) } -> std::same_as<V>;
  { f.derivative(x) } -> std::same_as<V>;
};

/// A function that computes its value and its derivative together, (f(x), f′(x)), at little more than the cost of one.
template <class F, class V>
concept finds_derivative_too = requires(const F& f, V x) {
  { f.value_and_derivative(x) } -> std::same_as<std::pair<V, V>>;
};

namespace detail {

template <class F>
struct both {
  F f;

  template <class V>
  constexpr void operator()(V& value, V& derivative, V x) const {
    const auto [y, slope] = f.value_and_derivative(x);
    value                 = y;
    derivative            = slope;
  }
};

}  // namespace detail

/// A layer that applies a function to each element; any extents.
template <class F>
struct activation : made_of<> {
  F function{};  ///< f and f′

  constexpr activation() = default;
  /// Takes the function.
  constexpr activation(F f) : function(std::move(f)) {}

  template <tensor_value X>
  struct cache {
    X kept;  // (…): x, or f′(x) if the function computes it together with f(x)
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// f(x)
  template <tensor_value T>
    requires activation_function<F, number_of<T>>
  T forward(T x, cache<T>& c) const {
    T y;
    if constexpr (finds_derivative_too<F, number_of<T>>) {
      y = T(x.extents());
      apply(y, x, x, detail::both<F>{function});
    } else {
      y = map(x, function);
    }
    c.kept = std::move(x);
    return y;
  }

  /// ∂L/∂y → ∂L/∂x = ∂L/∂y · f′(x)
  template <tensor_value T>
  T backward(T dy, cache<T>& c, activation*) const {
    if constexpr (finds_derivative_too<F, number_of<T>>) {
      apply(dy, c.kept, op::multiply{});
    } else {
      apply(dy, c.kept, op::chain_rule<F>{function});
    }
    return dy;
  }
};

namespace functions {

/// max(x, slope·x)
struct leaky_relu {
  static constexpr bool fusable = true;  ///< see fusable

  finite<"leaky_relu", "slope"> slope = 0.2f;  ///< for x < 0

  template <class V>
  constexpr V operator()(V x) const {
    return x < V{} ? filled<V>(slope) * x : x;
  }
  /// slope or 1; 1 at 0
  template <class V>
  constexpr V derivative(V x) const {
    return x < V{} ? filled<V>(slope) : filled<V>(1);
  }
};

/// max(x, 0)
struct relu {
  static constexpr bool fusable = true;  ///< see fusable

  template <class V>
  constexpr V operator()(V x) const {
    return x < V{} ? V{} : x;
  }
  /// 0 or 1; 0 at 0
  template <class V>
  constexpr V derivative(V x) const {
    return x > V{} ? filled<V>(1) : V{};
  }
};

/// x·sigmoid(x), also called SiLU (Elfwing, Uchibe, Doya 2017, arXiv:1702.03118).
struct swish {
  template <class V>
  constexpr V operator()(V x) const {
    return x * math::sigmoid(x);
  }
  /// s + x·s·(1 − s), s = sigmoid(x)
  template <class V>
  constexpr V derivative(V x) const {
    return value_and_derivative(x).second;
  }
  /// Value and derivative by one exponential.
  template <class V>
  constexpr std::pair<V, V> value_and_derivative(V x) const {
    const V s = math::sigmoid(x);
    return {x * s, s + x * s * (V(1) - s)};
  }
};

/// ln(1 + eˣ)
struct softplus {
  template <class V>
  constexpr V operator()(V x) const {
    return math::softplus(x);
  }
  /// sigmoid(x)
  template <class V>
  constexpr V derivative(V x) const {
    return math::sigmoid(x);
  }
  /// Value and derivative.
  template <class V>
  constexpr std::pair<V, V> value_and_derivative(V x) const {
    return {(*this)(x), derivative(x)};
  }
};

/// tanh x
struct tanh {
  template <class V>
  constexpr V operator()(V x) const {
    return math::tanh(x);
  }
  /// 1 − tanh² x
  template <class V>
  constexpr V derivative(V x) const {
    return value_and_derivative(x).second;
  }
  /// Value and derivative by one exponential.
  template <class V>
  constexpr std::pair<V, V> value_and_derivative(V x) const {
    const V t = math::tanh(x);
    return {t, V(1) - t * t};
  }
};

}  // namespace functions

using leaky_relu = activation<functions::leaky_relu>;  ///< max(x, slope·x) with slope 0.2 by default
using relu       = activation<functions::relu>;        ///< max(x, 0)
using swish      = activation<functions::swish>;       ///< x·sigmoid(x)
using softplus   = activation<functions::softplus>;    ///< ln(1 + eˣ)
using tanh       = activation<functions::tanh>;        ///< tanh x

}  // namespace jem::inline v0
