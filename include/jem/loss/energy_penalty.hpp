// SPDX-License-Identifier: MIT
// Keeps energies near zero: L = mean E(x⁺)² + mean E(x⁻)². The likelihood leaves their level free, and training drifts.
// Du and Mordatch 2019, arXiv:1903.08689.
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

struct energy_penalty {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.data = true, .samples = true}; }

  /// ∂E²/∂f(x) = 2·log Σ exp f(x) · p(·|x)
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return add_batch(logits.data(), weight, grad.data()) + add_batch(logits.samples, weight, grad.samples);
  }

 private:
  template <tensor_value T>
  static double add_batch(const T& logits, float weight, T& grad) {
    T slope = softmax(logits);  // (n, k)
    scale_rows(slope, log_sum_exp(logits));
    add_scaled(grad, 2 * weight / static_cast<float>(logits.extent(0)), slope);
    return weight * squared_norm(wide_log_sum_exp(logits)) / static_cast<double>(logits.extent(0));
  }
};

}  // namespace jem::inline v0
