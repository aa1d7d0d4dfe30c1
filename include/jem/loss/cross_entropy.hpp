// SPDX-License-Identifier: MIT
// The classifier's loss: L = mean over labelled data of −log p(y|x) = log Σ_y′ exp f(x)[y′] − f(x)[y].
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/tensor/cross_entropy.hpp>

namespace jem::inline v0 {

struct cross_entropy {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.labelled = true}; }

  /// ∂L/∂f(x) = (p(·|x) − 1_y) / n
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    T slope;  // (n, k)
    const T each = cross_entropies(logits.x, logits.y, slope);
    add_scaled(grad.x, weight / static_cast<float>(logits.x.extent(0)), slope);
    return weight * mean(each);
  }
};

}  // namespace jem::inline v0
