// SPDX-License-Identifier: MIT
// Maximum likelihood of p(x) by samples: L = mean E(x⁺) − mean E(x⁻), with E(x) = −log Σ_y exp f(x)[y] and x⁻ ~ p(x).
// Its gradient is minus that of log p(x⁺). Hinton (2002); with persistent chains Tieleman (2008).
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

struct contrastive_divergence {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.data = true, .samples = true}; }

  /// ∂E/∂f(x) = −p(·|x)
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    const auto data = logits.data_softmax(), samples = logits.samples_softmax();
    add_scaled(grad.data(), -weight / static_cast<float>(logits.data().extent(0)), data->softmax);
    add_scaled(grad.samples, weight / static_cast<float>(logits.samples.extent(0)), samples->softmax);
    return weight * (mean(samples->wide_log_sum_exp) - mean(data->wide_log_sum_exp));
  }
};

}  // namespace jem::inline v0
