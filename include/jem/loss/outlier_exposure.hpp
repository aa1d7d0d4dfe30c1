// SPDX-License-Identifier: MIT
// Images of no class shall have no class: L = mean over them of the cross-entropy between the uniform distribution and p(y|x),
// log Σ_y exp f(x)[y] − mean_y f(x)[y]. Hendrycks et al. 2019, arXiv:1812.04606.
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

/// At least log k for k classes, when p(y|x) = 1/k for each image.
struct outlier_exposure {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.outliers = true}; }

  /// ∂L/∂f(x) = (p(·|x) − 1/k) / o
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    using V       = typename T::value_type;
    const auto of = softmax_and_log_sum_exp(logits.outliers);
    const auto n = static_cast<V>(logits.outliers.extent(0)), k = static_cast<V>(logits.outliers.extent(1));
    add_scaled(grad.outliers, weight / n, of.softmax);
    add_scaled(grad.outliers, -weight / (n * k), full<T>(logits.outliers.extents(), 1));
    return weight * (mean(of.wide_log_sum_exp) - mean(logits.outliers));
  }
};

}  // namespace jem::inline v0
