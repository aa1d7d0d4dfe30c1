// SPDX-License-Identifier: MIT
// Contrastive divergence without the samples of the highest energies, which would be raised without end: L = mean E(x⁺) − mean E(x⁻) over
// the samples x⁻ that are left. Balcerak et al. 2025 (Energy Matching, arXiv:2504.10612), who leave out a tenth, and weigh it by 1e-3
// beside matched gradients.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/loss/phases.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// contrastive_divergence without the samples of the highest energies.
struct trimmed_divergence {
  using loss_tag = void;

  below_one<"trimmed_divergence", "share"> share    = 0.1f;  ///< of the samples, rounded down, that is left out; in [0, 1)
  not_negative<"trimmed_divergence", "bound"> bound = 0;     ///< L is at least −bound, where its gradient is 0; 0 for no bound

  constexpr phase_set reads() const { return {.data = true, .samples = true}; }

  /// ∂E/∂f(x) = −p(·|x). Of samples with equal energies the last ones are left out first; one whose energy is NaN stays.
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    using V         = typename T::value_type;
    const auto data = logits.data_softmax(), samples = logits.samples_softmax();
    const auto wide   = samples->wide_log_sum_exp.to_vector();  // −E(x⁻)
    const auto kept   = kept_rows({wide.begin(), wide.end()});
    double mean_value = 0;
    std::vector<V> weights(wide.size());
    for (const auto i : kept) {
      mean_value += static_cast<double>(wide[i]) / static_cast<double>(kept.size());
      weights[i] = static_cast<V>(weight) / static_cast<V>(kept.size());
    }
    const double value = mean_value - mean(data->wide_log_sum_exp);
    if (bound > 0 && value <= -bound) return -weight * static_cast<double>(bound);
    T slope = samples->softmax;  // (s, k)
    scale_per_row(slope, T(shape{slope.extent(0)}, weights));
    add_scaled(grad.samples, 1, slope);
    add_scaled(grad.data(), -weight / static_cast<float>(logits.data().extent(0)), data->softmax);
    return weight * value;
  }

 private:
  /// The samples that are left, given −E of each.
  std::vector<std::size_t> kept_rows(const std::vector<double>& negative) const {
    std::vector<std::size_t> order(negative.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) { return std::pair(std::isnan(negative[i]) ? -HUGE_VAL : -negative[i], i); };
    std::ranges::sort(order, {}, key);
    order.resize(order.size() - static_cast<std::size_t>(share * static_cast<float>(order.size())));
    std::ranges::sort(order);  // sums in the order of the rows
    return order;
  }
};

}  // namespace jem::inline v0
