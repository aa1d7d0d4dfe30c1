// SPDX-License-Identifier: MIT
// What a training step tells: the numbers that a progress line, a curve or a log is made of.
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/metrics/accuracy.hpp>

#include <cmath>
#include <limits>

namespace jem::inline v0 {

/// Of one iteration.
struct training_info {
  index_t iteration    = 0;                                        ///< its number, from 0
  float loss           = 0;                                        ///< L, before the update
  float accuracy       = std::numeric_limits<float>::quiet_NaN();  ///< on the labelled batch; NaN without one
  float energy_data    = std::numeric_limits<float>::quiet_NaN();  ///< mean E(x⁺)
  float energy_sample  = std::numeric_limits<float>::quiet_NaN();  ///< mean E(x⁻); NaN without samples
  double gradient_norm = 0;                                        ///< ‖∂L/∂θ‖₂, before clipping

  /// mean E(x⁻) − mean E(x⁺): near zero when samples and data look alike to the model.
  float energy_gap() const { return energy_sample - energy_data; }
};

/// Reads what it can from the logits of a step.
template <tensor_value T>
void observe_logits(training_info& info, const phases<T>& logits) {
  if (logits.x.size() > 0 && logits.y.size() == logits.x.extent(0))
    info.accuracy = static_cast<float>(metrics::accuracy(logits.x, logits.y));
  if (logits.data().size() > 0) info.energy_data = static_cast<float>(-mean(log_sum_exp(logits.data())));
  if (logits.samples.size() > 0) info.energy_sample = static_cast<float>(-mean(log_sum_exp(logits.samples)));
}

}  // namespace jem::inline v0
