// SPDX-License-Identifier: MIT
// A multilayer perceptron: any number of linear layers, with an activation after each but the last.
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
struct mlp : made_of<T, A> {
  std::vector<linear<T>> layers;  ///< in the order of forward
  A activation{};                 ///< after each layer but the last

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
  template <summed_in<T> X, stored_or_summed<X> Y = X>
    requires layer<A, X>
  Y forward(X x, cache<X>& c, const around<X, unchanged, Y>& with = {}) const {
    c.layers.resize(layers.size());
    c.activations.resize(layers.size());
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
      x = activation.forward(layers[i].forward(std::move(x), c.layers[i]), c.activations[i]);
    }
    return layers.empty() ? finished(std::move(x), with) : layers.back().forward(std::move(x), c.layers.back(), with);
  }

  /// ∂L/∂y (n, out) → ∂L/∂x (n, in)
  template <summed_in<T> X, stored_or_summed<X> Y>
  X backward(const Y& dy, cache<X>& c, mlp* gradient, const around<X>& with = {}) const {
    if (layers.empty()) return finished(dy, with);
    const auto part = [&](std::size_t i) { return gradient == nullptr ? nullptr : &gradient->layers[i]; };
    std::size_t i   = layers.size() - 1;
    X dx            = layers[i].backward(dy, c.layers[i], part(i));
    while (i-- > 0) {
      dx = activation.backward(std::move(dx), c.activations[i], static_cast<A*>(nullptr));
      dx = layers[i].backward(dx, c.layers[i], part(i));
    }
    return finished(std::move(dx), with);
  }
};

}  // namespace jem::inline v0
