// SPDX-License-Identifier: MIT
// Maximum likelihood of p(x|y) by samples: L = mean E(x⁺, y) − mean E(x⁻, y), with E(x, y) = −f(x)[y] and x⁻ ~ p(x|y).
// Grathwohl et al. 2020, arXiv:1912.03263, the term with weight w_xy of their code.
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

/// contrastive_divergence of E(x, y) in place of E(x).
struct joint_contrastive_divergence {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.labelled = true, .conditional = true}; }

  /// ∂E(x, y)/∂f(x) = −1_y
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    add_at(grad.x, logits.y, -weight / static_cast<float>(logits.x.extent(0)));
    add_at(grad.conditional, logits.conditional_y, weight / static_cast<float>(logits.conditional.extent(0)));
    return weight * (mean(pick(logits.conditional, logits.conditional_y)) - mean(pick(logits.x, logits.y)));
  }
};

}  // namespace jem::inline v0
