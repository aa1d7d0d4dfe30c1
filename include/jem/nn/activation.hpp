// SPDX-License-Identifier: MIT
// Activations, element by element. Smooth ones (swish, softplus, tanh) give energies with smooth gradients, which samplers
// like; the paper's network uses a leaky ReLU of slope 0.2.
#pragma once

#include <jem/core/math.hpp>
#include <jem/tensor/elementwise.hpp>

#include <tuple>

namespace jem::inline v0 {

/// A function with its derivative: what an activation layer is made of. `derivative(x)` is given the input.
template <class F, class V>
concept activation_function = std::copyable<F> && requires(const F& f, V x) {
  { f(x) } -> std::same_as<V>;
  { f.derivative(x) } -> std::same_as<V>;
};

namespace detail {

/// ∂L/∂x = ∂L/∂y · f′(x)
template <class F>
struct chain_rule {
  F f;

  template <class V>
  constexpr V operator()(V dy, V x) const {
    return dy * f.derivative(x);
  }
};

}  // namespace detail

/// A layer that applies a function to each element; any extents.
template <class F>
struct activation {
  F function{};  ///< f and f′

  template <tensor_value X>
  struct cache {
    X input;
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// f(x)
  template <tensor_value T>
    requires activation_function<F, typename T::value_type>
  T forward(T x, cache<T>& c) const {
    T y     = map(x, function);
    c.input = std::move(x);
    return y;
  }

  /// ∂L/∂y → ∂L/∂x = ∂L/∂y · f′(x)
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, activation*) const {
    return zip(dy, c.input, detail::chain_rule<F>{function});
  }
};

namespace functions {

/// max(x, slope·x)
struct leaky_relu {
  float slope = 0.2f;  ///< below 0

  template <class V>
  constexpr V operator()(V x) const {
    return x < V(0) ? V(slope) * x : x;
  }
  /// slope or 1; 1 at 0
  template <class V>
  constexpr V derivative(V x) const {
    return x < V(0) ? V(slope) : V(1);
  }
};

/// max(x, 0)
struct relu {
  template <class V>
  constexpr V operator()(V x) const {
    return x < V(0) ? V(0) : x;
  }
  /// 0 or 1; 0 at 0
  template <class V>
  constexpr V derivative(V x) const {
    return x > V(0) ? V(1) : V(0);
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
    const V s = math::sigmoid(x);
    return s + x * s * (V(1) - s);
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
    const V t = math::tanh(x);
    return V(1) - t * t;
  }
};

}  // namespace functions

using leaky_relu = activation<functions::leaky_relu>;  ///< max(x, slope·x); the paper's, with slope 0.2
using relu       = activation<functions::relu>;        ///< max(x, 0)
using swish      = activation<functions::swish>;       ///< x·sigmoid(x)
using softplus   = activation<functions::softplus>;    ///< ln(1 + eˣ)
using tanh       = activation<functions::tanh>;        ///< tanh x

}  // namespace jem::inline v0
