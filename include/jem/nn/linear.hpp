// SPDX-License-Identifier: MIT
// A linear layer: y = x·W + b. If x is stored in bfloat16 and W in float, y can be returned without rounding, see passes.hpp.
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/passes.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/columns.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

template <tensor_value T>
struct linear : made_of<T> {
  T weight;  // (in, out)
  T bias;    // (out)

  linear() = default;
  /// Takes weights (in, out) and biases (out).
  linear(T weights, T biases) : weight(std::move(weights)), bias(std::move(biases)) {}

  /// The values of forward that backward needs.
  template <tensor_value X>
  struct cache {
    X input;  // (n, in)
  };

  static constexpr std::array parameter_names{"weight", "bias"};
  static auto parameters(auto& self) { return std::tie(self.weight, self.bias); }

  index_t in() const { return weight.extent(0); }   ///< number of inputs
  index_t out() const { return weight.extent(1); }  ///< number of outputs

  /// (n, in) → (n, out). Throws std::invalid_argument for another number of inputs.
  template <summed_in<T> X, stored_or_summed<X> Y = X>
  Y forward(X x, cache<X>& c, const around<X, unchanged, Y>& with = {}) const {
    T y = matmul(x, weight);  // (n, out)
    add_per_column(y, bias);
    c.input = std::move(x);
    return finished(std::move(y), with);
  }

  /// ∂L/∂y (n, out) → ∂L/∂x (n, in);  ∂L/∂W += xᵀ·∂L/∂y, ∂L/∂b += Σ ∂L/∂y.
  template <summed_in<T> X, stored_or_summed<X> Y>
  X backward(const Y& dy, cache<X>& c, linear* gradient, const around<X>& with = {}) const {
    const X& slope = detail::read_as<typename X::value_type>(dy);
    if (gradient != nullptr) {
      add_matmul(gradient->weight, c.input, slope, transpose::yes);
      add_scaled(gradient->bias, 1, column_sums(slope));
    }
    return finished(matmul(slope, weight, transpose::no, transpose::yes), with);
  }
};

/// A linear layer with drawn weights; biases are drawn like weights (pytorch_uniform) or zero (all others). Throws
/// std::invalid_argument for fewer than one input or output.
template <tensor_value T, initializer<T> I = pytorch_uniform>
linear<T> make_linear(index_t in, index_t out, rng& g, const I& initialize = {}) {
  expect_at_least("make_linear", "inputs", 1, in);
  expect_at_least("make_linear", "outputs", 1, out);
  T weight = initialize.template operator()<T>({in, out}, in, out, g);
  T bias   = initial_bias<T>(out, in, out, g, initialize);
  return {std::move(weight), std::move(bias)};
}

}  // namespace jem::inline v0
