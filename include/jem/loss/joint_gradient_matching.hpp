// SPDX-License-Identifier: MIT
// Learning an energy by its gradient at a known class: L = mean (∂E(x̃, y)/∂x̃ − t)², with E(x, y) = −f(x)[y].
#pragma once

#include <jem/loss/gradient_matching.hpp>
#include <jem/tensor/logits.hpp>

#include <utility>

namespace jem::inline v0 {

/// gradient_matching of E(x, y) in place of E(x).
struct joint_gradient_matching {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.joint_pairs = true}; }

  /// ∂E(x, y)/∂f(x) = −1_y
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    const double points = static_cast<double>(logits.joint_pairs.extent(0)) / 2;
    T chosen            = zeros<T>(logits.joint_pairs.extents());
    add_at(chosen, logits.joint_pairs_y, 1);
    detail::add_difference(grad.joint_pairs, -weight * logits.joint_pairs_by.slope / points, std::move(chosen));
    return weight * logits.joint_pairs_by.residual;
  }
};

}  // namespace jem::inline v0
