// SPDX-License-Identifier: MIT
// A multilayer perceptron: linear layers of any number, with an activation after each but the last.
#pragma once

#include <jem/nn/activation.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <vector>

namespace jem::inline v0 {

template <tensor_value T, class A = swish>
  requires layer<A, T>
struct mlp {
  using tensor_type              = T;
  static constexpr bool row_wise = jem::row_wise<A>;  ///< see core/concepts.hpp

  std::vector<linear<T>> layers;  ///< in the order of forward
  A activation{};                 ///< between them

  mlp() = default;

  /// Widths are inputs, hidden layers, outputs. Throws std::invalid_argument for fewer than two.
  template <initializer<T> I = pytorch_uniform>
  mlp(std::initializer_list<index_t> widths, rng& g, A a = {}, const I& initialize = {})
      : mlp(std::vector<index_t>(widths), g, a, initialize) {}

  /// The same for widths that are known at run time.
  template <initializer<T> I = pytorch_uniform>
  mlp(const std::vector<index_t>& widths, rng& g, A a = {}, const I& initialize = {}) : activation(a) {
    expect_at_least("mlp", "widths", 2, std::ssize(widths));
    for (std::size_t i = 1; i < widths.size(); ++i) layers.push_back(make_linear<T>(widths[i - 1], widths[i], g, initialize));
  }

  template <tensor_value X>
  struct cache {
    pooled_vector<typename linear<T>::template cache<X>> layers;
    pooled_vector<typename A::template cache<X>> activations;
  };

  static auto parameters(auto& self) { return std::tie(self.layers); }
  static constexpr std::array parameter_names{"layers"};

  /// (n, in) → (n, out)
  template <summed_in<T> X>
    requires layer<A, X>
  X forward(X x, cache<X>& c) const {
    return converted<typename X::value_type>(forward_sums(std::move(x), c));
  }

  /// ∂L/∂y (n, out) → ∂L/∂x (n, in)
  template <summed_in<T> X>
  X backward(X dy, cache<X>& c, mlp* gradient) const {
    for (std::size_t i = layers.size(); i-- > 0;) {
      if (i + 1 < layers.size()) dy = activation.backward(std::move(dy), c.activations[i], static_cast<A*>(nullptr));
      dy = layers[i].backward(std::move(dy), c.layers[i], gradient == nullptr ? nullptr : &gradient->layers[i]);
    }
    return dy;
  }

  /// As forward, see sums.hpp.
  template <summed_in<T> X>
    requires layer<A, X>
  T forward_sums(X x, cache<X>& c) const {
    c.layers.resize(layers.size());
    c.activations.resize(layers.size());
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      x = activation.forward(layers[i].forward(std::move(x), c.layers[i]), c.activations[i]);
    }
    return layers.empty() ? converted<number_of<X>>(std::move(x)) : layers.back().forward_sums(std::move(x), c.layers.back());
  }

  /// As backward.
  template <summed_in<T> X>
  X backward_sums(const T& dy, cache<X>& c, mlp* gradient) const {
    return backward(converted<typename X::value_type>(dy), c, gradient);
  }
};

}  // namespace jem::inline v0
