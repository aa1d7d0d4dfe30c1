// SPDX-License-Identifier: MIT
// A multilayer perceptron: linear layers of any number, with an activation after each but the last.
#pragma once

#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>

#include <vector>

namespace jem::inline v0 {

template <tensor_value T, class A = swish>
  requires layer<A, T>
struct mlp {
  using tensor_type = T;

  std::vector<linear<T>> layers;  ///< in the order of forward
  A activation{};                 ///< between them

  mlp() = default;

  /// Widths are inputs, hidden layers, outputs. Throws std::invalid_argument for fewer than two.
  mlp(std::initializer_list<index_t> widths, rng& g, A a = {}) : mlp(std::vector<index_t>(widths), g, a) {}

  /// The same for widths that are known at run time.
  mlp(const std::vector<index_t>& widths, rng& g, A a = {}) : activation(a) {
    expect_at_least("mlp", "widths", 2, std::ssize(widths));
    for (std::size_t i = 1; i < widths.size(); ++i) layers.push_back(make_linear<T>(widths[i - 1], widths[i], g));
  }

  template <tensor_value X>
  struct cache {
    std::vector<typename linear<X>::template cache<X>> layers;
    std::vector<typename A::template cache<X>> activations;
  };

  static auto parameters(auto& self) { return std::tie(self.layers); }
  static constexpr std::array parameter_names{"layers"};

  /// (n, in) → (n, out)
  T forward(T x, cache<T>& c) const {
    c.layers.resize(layers.size());
    c.activations.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      x = layers[i].forward(std::move(x), c.layers[i]);
      if (i + 1 < layers.size()) x = activation.forward(std::move(x), c.activations[i]);
    }
    return x;
  }

  /// ∂L/∂y (n, out) → ∂L/∂x (n, in)
  T backward(T dy, cache<T>& c, mlp* gradient) const {
    for (std::size_t i = layers.size(); i-- > 0;) {
      if (i + 1 < layers.size()) dy = activation.backward(std::move(dy), c.activations[i], static_cast<A*>(nullptr));
      dy = layers[i].backward(std::move(dy), c.layers[i], gradient == nullptr ? nullptr : &gradient->layers[i]);
    }
    return dy;
  }
};

}  // namespace jem::inline v0
