// SPDX-License-Identifier: MIT
// The part of contrastive divergence that is mostly left out, that of the sampler, which depends on θ too: L = mean E(x̃_θ) − w·entropy over
// samples x̃_θ, with θ held fixed in E. Its gradient goes through the last step of the chains by a difference of energies between pairs of
// points; matching/last_step.hpp makes them. Du, Li, Tenenbaum and Mordatch 2021, arXiv:2012.01316.
#pragma once

#include <jem/loss/gradient_matching.hpp>

namespace jem::inline v0 {

/// The divergence of the samples' law from the model's, up to a constant: of E(x), or of E(x, y) for samples of p(x|y). It stands beside
/// contrastive_divergence or joint_contrastive_divergence. The value is exact; the gradient has an error of order h².
struct sampler_divergence {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.last_steps = true}; }

  /// ∂E/∂f(x) = −p(·|x), ∂E(x, y)/∂f(x) = −1_y
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    detail::add_pair_slopes(grad.last_steps, weight, logits.last_steps, logits.last_steps_y, logits.last_steps_by);
    return weight * logits.last_steps_by.value;
  }
};

}  // namespace jem::inline v0
