// SPDX-License-Identifier: MIT
// Frozen normalisation of channels: y = γ·(x − μ) / √(σ² + ε) + β, with a constant mean μ and variance σ².
// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) in its evaluation mode, while sampling and while learning: an
// energy has to be a function of x, not of the other images of its batch. γ and β are learned; μ and σ² are statistics, which
// `update_statistics` measures.
#pragma once

#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>
#include <jem/nn/statistics.hpp>
#include <jem/tensor/columns.hpp>

#include <array>
#include <tuple>

namespace jem::inline v0 {

namespace detail {

/// 1 / √(x + ε)
struct inverse_root {
  float epsilon;

  template <class V>
  constexpr V operator()(V x) const {
    return V(1) / math::sqrt(x + V(epsilon));
  }
};

}  // namespace detail

/// Frozen normalisation of channels, y = γ·(x − μ) / √(σ² + ε) + β, for any extents whose last axis has the channels.
template <tensor_value T>
struct normalize : made_of<T> {
  T weight;                                              // (c), γ
  T bias;                                                // (c), β
  T mean;                                                // (c), μ
  T variance;                                            // (c), σ²
  not_negative<"normalize", "epsilon"> epsilon = 1e-5f;  ///< ε ≥ 0

  normalize() = default;

  /// γ = 1, β = 0, μ = 0, σ² = 1: the identity, up to ε. Throws std::invalid_argument for no channels.
  explicit normalize(index_t channels) {
    expect_at_least("normalize", "channels", 1, channels);
    weight = variance = full<T>({channels}, 1);
    bias = mean = zeros<T>({channels});
  }

  template <tensor_value X>
  struct cache {
    X normalized;  // (…, c)
  };

  static constexpr std::array parameter_names{"weight", "bias"},
      statistic_names{"mean", "variance"};  ///< as in PyTorch's weights, up to the file's names
  static auto parameters(auto& self) { return std::tie(self.weight, self.bias); }
  /// The tensors that are saved with the weights but are not trained.
  static auto statistics(auto& self) { return std::tie(self.mean, self.variance); }

  /// (…, c) → (…, c). Throws std::invalid_argument for another number of channels.
  template <summed_in<T> X>
  X forward(X x, cache<X>& c) const {
    T y = converted<number_of<X>>(std::move(x));
    add_per_column(y, -mean);
    scale_per_column(y, inverse_deviation());
    c.normalized = converted<typename X::value_type>(y);
    scale_per_column(y, weight);
    add_per_column(y, bias);
    return converted<typename X::value_type>(std::move(y));
  }

  /// ∂L/∂y (…, c) → ∂L/∂x; adds ∂L/∂γ and ∂L/∂β to the gradient unless it is null.
  template <summed_in<T> X>
  X backward(X dy, cache<X>& c, normalize* gradient) const {
    if (gradient != nullptr) {
      add_scaled(gradient->weight, 1, column_dots(dy, c.normalized));
      add_scaled(gradient->bias, 1, column_sums(dy));
    }
    scale_per_column(dy, weight * inverse_deviation());
    return dy;
  }

  /// Moves μ and σ² towards the mean and the variance of each channel of x, and returns the result of forward with them. The variance is
  /// the unbiased estimate, as in PyTorch's batch normalisation. Throws std::invalid_argument for fewer than two values in a channel.
  template <summed_in<T> X>
  X update_statistics(X x, float momentum) {
    using V             = typename T::value_type;
    const index_t count = x.size() / mean.size();
    expect_at_least("normalize", "values in a channel", 2, count);
    const T of_batch = V(1) / static_cast<V>(count) * column_sums(x);  // (c)
    T centred        = converted<V>(x);
    add_per_column(centred, -of_batch);
    scale(mean, 1 - momentum);
    scale(variance, 1 - momentum);
    add_scaled(mean, momentum, of_batch);
    add_scaled(variance, V(momentum) / static_cast<V>(count - 1), column_dots(centred, centred));
    cache<X> unused;
    return forward(std::move(x), unused);
  }

 private:
  T inverse_deviation() const { return map(variance, detail::inverse_root{epsilon}); }
};

/// The identity, for networks without normalisation.
struct no_normalize : made_of<> {
  constexpr no_normalize() = default;
  /// Takes any number of channels.
  explicit constexpr no_normalize(index_t) {}

  template <tensor_value X>
  struct cache {};

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// x
  template <tensor_value T>
  T forward(T x, cache<T>&) const {
    return x;
  }

  /// ∂L/∂y
  template <tensor_value T>
  T backward(T dy, cache<T>&, no_normalize*) const {
    return dy;
  }
};

}  // namespace jem::inline v0
