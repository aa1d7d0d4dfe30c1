// SPDX-License-Identifier: MIT
// Initial weights. He: He, Zhang, Ren, Sun, "Delving deep into rectifiers" (2015, arXiv:1502.01852). Xavier: Glorot and
// Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010).
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/noise.hpp>

#include <cmath>

namespace jem::inline v0 {

/// A function that draws weights of the given extents, for a layer with fan_in inputs and fan_out outputs per unit.
template <class I, class T>
concept initializer = requires(const I& make, const shape& extents, index_t fan, rng& g) {
  { make.template operator()<T>(extents, fan, fan, g) } -> std::same_as<T>;
};

/// N(0, gain² / fan_in). A gain of √2 keeps the variance through a rectifier.
struct he_normal {
  not_negative<"he_normal", "gain"> gain = 1.41421356f;  ///< √2

  template <tensor_value T>
  T operator()(const shape& extents, index_t fan_in, index_t, rng& g) const {
    T weight = normal<T>(extents, g);
    scale(weight, gain / std::sqrt(static_cast<float>(fan_in)));
    return weight;
  }
};

/// U(−b, b) with b = 1/√fan_in, for weights and biases: the default of PyTorch's layers and of the layers of this library. PyTorch calls
/// it kaiming_uniform_ with a = √5; the uniform distribution of He et al. has b = √(6 / fan_in), and biases of zero.
struct pytorch_uniform {
  template <tensor_value T>
  T operator()(const shape& extents, index_t fan_in, index_t, rng& g) const {
    const float gain = 0.57735027f, bound = gain * std::sqrt(3.0f / static_cast<float>(fan_in));  // 1/√fan_in would round differently
    return uniform<T>(extents, -bound, bound, g);
  }
};

/// N(0, 2 / (fan_in + fan_out))
struct xavier_normal {
  template <tensor_value T>
  T operator()(const shape& extents, index_t fan_in, index_t fan_out, rng& g) const {
    T weight = normal<T>(extents, g);
    scale(weight, std::sqrt(2.0f / static_cast<float>(fan_in + fan_out)));
    return weight;
  }
};

/// U(−b, b) with b = √(6 / (fan_in + fan_out))
struct xavier_uniform {
  template <tensor_value T>
  T operator()(const shape& extents, index_t fan_in, index_t fan_out, rng& g) const {
    const float bound = std::sqrt(6.0f / static_cast<float>(fan_in + fan_out));
    return uniform<T>(extents, -bound, bound, g);
  }
};

/// The biases (out) of a layer: drawn like its weights by pytorch_uniform, zero by all others.
template <tensor_value T, initializer<T> I>
T initial_bias(index_t out, index_t fan_in, index_t fan_out, rng& g, const I& initialize) {
  if constexpr (std::same_as<I, pytorch_uniform>) {
    return initialize.template operator()<T>({out}, fan_in, fan_out, g);
  } else {
    return zeros<T>({out});
  }
}

}  // namespace jem::inline v0
