// SPDX-License-Identifier: MIT
// Keeps energies of images with their class near zero: L = mean E(x⁺, y)² + mean E(x⁻, y)², with E(x, y) = −f(x)[y] and x⁻ ~ p(x|y).
// Beside joint_contrastive_divergence it is what energy_penalty is beside contrastive_divergence (Du and Mordatch 2019, arXiv:1903.08689).
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/tensor/logits.hpp>

namespace jem::inline v0 {

/// energy_penalty of E(x, y) in place of E(x).
struct joint_energy_penalty {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.labelled = true, .conditional = true}; }

  /// ∂E(x, y)²/∂f(x) = 2·f(x)[y]·1_y
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return add_batch(logits.x, logits.y, weight, grad.x) + add_batch(logits.conditional, logits.conditional_y, weight, grad.conditional);
  }

 private:
  template <tensor_value T>
  static double add_batch(const T& of, const labels<T>& y, float weight, T& grad) {
    const T own  = pick(of, y);             // (n)
    T slope      = zeros<T>(of.extents());  // (n, k)
    const auto n = of.extent(0);
    add_at(slope, y, 1);
    scale_per_row(slope, own);
    add_scaled(grad, 2 * weight / static_cast<float>(n), slope);
    return weight * squared_norm(own) / static_cast<double>(n);
  }
};

}  // namespace jem::inline v0
