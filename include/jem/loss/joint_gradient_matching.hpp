// SPDX-License-Identifier: MIT
// Learning an energy by its gradient at a known class: L = mean (∂E(x̃, y)/∂x̃ − t)², with E(x, y) = −f(x)[y].
#pragma once

#include <jem/loss/gradient_matching.hpp>

namespace jem::inline v0 {

/// gradient_matching of E(x, y) in place of E(x).
struct joint_gradient_matching {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.joint_pairs = true}; }

  /// ∂E(x, y)/∂f(x) = −1_y
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    detail::add_pair_slopes(grad.joint_pairs, weight, logits.joint_pairs, logits.joint_pairs_y, logits.joint_pairs_by);
    return weight * logits.joint_pairs_by.residual;
  }
};

}  // namespace jem::inline v0
