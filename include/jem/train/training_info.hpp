// SPDX-License-Identifier: MIT
// The results of a training step, for progress lines, curves and logs.
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/metrics/accuracy.hpp>
#include <jem/metrics/auroc.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <cmath>
#include <limits>

namespace jem::inline v0 {

/// The numbers that a training iteration returns.
struct training_info {
  index_t iteration    = 0;                                         ///< its number, from 0
  double loss          = 0;                                         ///< L, before the update
  double accuracy      = std::numeric_limits<double>::quiet_NaN();  ///< on the labelled batch; NaN without one
  double energy_data   = std::numeric_limits<double>::quiet_NaN();  ///< mean E(x⁺)
  double energy_sample = std::numeric_limits<double>::quiet_NaN();  ///< mean E(x⁻); NaN without samples
  double gradient_norm = 0;                                         ///< ‖∂L/∂θ‖₂ of the gradient for the update, before clipping
  double weight_norm   = std::numeric_limits<double>::quiet_NaN();  ///< ‖θ‖₂, after the update
  double sample_rms    = std::numeric_limits<double>::quiet_NaN();  ///< root mean square of the numbers in x⁻; NaN without samples
  double residual      = std::numeric_limits<double>::quiet_NaN();  ///< mean (∂E/∂x̃ − t)²; NaN without pairs of points
  double auroc         = std::numeric_limits<double>::quiet_NaN();  ///< of data against samples by −E(x): ½ if alike; NaN without samples

  /// mean E(x⁻) − mean E(x⁺): near zero when samples and data look alike to the model.
  double energy_gap() const { return energy_sample - energy_data; }
};

namespace detail {

/// The area under the ROC curve of the data against the samples of a step by −E(x).
template <tensor_value T>
double auroc_of(const phases<T>& logits) {
  const auto scores = [](const auto& of) {
    pooled_vector<double> values(static_cast<std::size_t>(of.wide_log_sum_exp.size()));
    T::backend_type::download(of.wide_log_sum_exp.data(), of.wide_log_sum_exp.size(), values.data());
    return values;
  };
  return metrics::auroc(scores(*logits.data_softmax()), scores(*logits.samples_softmax()));
}

}  // namespace detail

/// Sets the accuracy and the mean energies that the logits of a step give. Throws std::invalid_argument for labels that are no classes.
template <tensor_value T>
void observe_logits(training_info& info, const phases<T>& logits) {
  if (logits.x.size() > 0 && logits.y.size() == logits.x.extent(0)) {
    info.accuracy = logits.known.labels_are_classes ? mean(label_is_largest(logits.x, logits.y)) : metrics::accuracy(logits.x, logits.y);
  }
  if (logits.data().size() > 0) info.energy_data = -mean(logits.data_softmax()->wide_log_sum_exp);
  if (logits.samples.size() > 0) info.energy_sample = -mean(logits.samples_softmax()->wide_log_sum_exp);
  if (std::isfinite(info.energy_gap())) info.auroc = detail::auroc_of(logits);  // NaN has no rank
}

}  // namespace jem::inline v0
