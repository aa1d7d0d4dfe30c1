// SPDX-License-Identifier: MIT
// A chain of layers of one type, whose number is chosen at run time. A network of a hundred blocks compiles as fast as one of three.
// `sequential` is the same for layers of different types, whose number is a part of the type. An empty chain is the identity.
#pragma once

#include <jem/nn/prepared.hpp>
#include <jem/nn/statistics.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <array>
#include <tuple>
#include <utility>
#include <vector>

namespace jem::inline v0 {

template <class L>
struct repeat : made_of<L> {
  std::vector<L> layers;  ///< the first one first

  repeat() = default;
  /// Takes the layers.
  explicit repeat(std::vector<L> each) : layers(std::move(each)) {}

  template <tensor_value X>
  using cache = pooled_vector<typename L::template cache<X>>;  ///< one for each layer

  static constexpr std::array parameter_names{""};
  static auto parameters(auto& self) { return std::tie(self.layers); }

  /// The same chain of prepared layers, see prepared.hpp.
  template <tensor_value T>
    requires layer<L, T>
  auto prepared(preparation<T>& walk) const {
    return repeat<prepared_t<L, T>>(walk(layers));
  }

  /// fₖ(… f₁(x))
  template <tensor_value T>
    requires layer<L, T>
  T forward(T x, cache<T>& c) const {
    c.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) x = layers[i].forward(std::move(x), c[i]);
    return x;
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <tensor_value T>
  T backward(T dy, cache<T>& c, repeat* gradient) const {
    for (std::size_t i = layers.size(); i-- > 0;) {
      dy = layers[i].backward(std::move(dy), c[i], gradient == nullptr ? nullptr : &gradient->layers[i]);
    }
    return dy;
  }

  /// See statistics.hpp.
  template <tensor_value T>
    requires updates_statistics<L, T>
  T update_statistics(T x, float momentum) {
    for (L& each : layers) x = jem::update_statistics(each, std::move(x), momentum);
    return x;
  }
};

/// A chain of the layers make(0), …, make(n − 1), which are made in this order. Throws std::invalid_argument for n < 0.
template <class F>
auto make_repeat(index_t n, F make) {
  expect_at_least("make_repeat", "layers", 0, n);
  repeat<std::invoke_result_t<F&, index_t>> result;
  for (index_t i = 0; i < n; ++i) result.layers.push_back(make(i));
  return result;
}

}  // namespace jem::inline v0
