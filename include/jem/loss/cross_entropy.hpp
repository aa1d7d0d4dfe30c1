// SPDX-License-Identifier: MIT
// The classifier's loss: L = mean over labelled data of −log p(y|x) = log Σ_y′ exp f(x)[y′] − f(x)[y].
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

struct cross_entropy {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.labelled = true}; }

  /// ∂L/∂f(x) = (p(·|x) − 1_y) / n
  template <tensor_value T>
  float accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    const float each = weight / static_cast<float>(logits.x.extent(0));
    add_scaled(grad.x, each, softmax(logits.x));
    add_at(grad.x, logits.y, -each);
    return weight * static_cast<float>(mean(log_sum_exp(logits.x) - pick(logits.x, logits.y)));
  }
};

}  // namespace jem::inline v0
