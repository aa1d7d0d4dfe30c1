// SPDX-License-Identifier: MIT
// The measures of a classifier on a data set in one struct: accuracy, NLL, Brier score, ECE, MCE.
#pragma once

#include <jem/data/dataset.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/metrics/accuracy.hpp>
#include <jem/metrics/calibration.hpp>

#include <vector>

namespace jem::inline v0::evaluate {

/// The measures of jem/metrics.
struct classifier_summary {
  double accuracy, nll, brier, ece, mce;              ///< the results of the functions of these names
  std::vector<metrics::reliability_bin> reliability;  ///< the diagram that ece and mce are made of
};

/// The measures of logits (n, k) and labels (n). Measures are NaN without rows. Throws std::invalid_argument for a label that is no class,
/// and for logits that are NaN.
template <tensor_value T>
classifier_summary summarise_logits(const T& logits, const labels<T>& y, index_t bins = 15) {
  auto diagram = metrics::reliability(logits, y, bins);
  return {.accuracy    = metrics::accuracy(logits, y),
          .nll         = metrics::nll(logits, y),
          .brier       = metrics::brier(logits, y),
          .ece         = metrics::ece(diagram),
          .mce         = metrics::mce(diagram),
          .reliability = std::move(diagram)};
}

/// The measures of a network on a data set, `part` images at a time.
template <class Net, tensor_value T>
  requires layer<Net, T>
classifier_summary summarise(const Net& net, const data::dataset<T>& set, index_t bins = 15, index_t part = 500) {
  return summarise_logits(logits_of(net, set.x, part), set.y, bins);
}

}  // namespace jem::inline v0::evaluate
