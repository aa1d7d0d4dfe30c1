// SPDX-License-Identifier: MIT
// Keeps energies near zero: L = mean E(x⁺)² + mean E(x⁻)². The likelihood does not change if a constant is added to all energies, so
// without the penalty their level can drift during training. Du and Mordatch 2019, arXiv:1903.08689.
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

struct energy_penalty {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.data = true, .samples = true}; }

  /// ∂E²/∂f(x) = 2·log Σ exp f(x) · p(·|x)
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return add_batch(*logits.data_softmax(), weight, grad.data()) + add_batch(*logits.samples_softmax(), weight, grad.samples);
  }

 private:
  template <tensor_value T>
  static double add_batch(const softmax_sums<T>& of, float weight, T& grad) {
    T slope      = of.softmax;  // (n, k)
    const auto n = of.softmax.extent(0);
    scale_per_row(slope, of.log_sum_exp);
    add_scaled(grad, 2 * weight / static_cast<float>(n), slope);
    return weight * squared_norm(of.wide_log_sum_exp) / static_cast<double>(n);
  }
};

}  // namespace jem::inline v0
