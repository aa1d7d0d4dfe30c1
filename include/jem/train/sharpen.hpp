// SPDX-License-Identifier: MIT
// The second gradient of a training step with sharpness (optim/sharpness.hpp), and the check of what a step has computed.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/optim/sharpness.hpp>
#include <jem/train/divergence_error.hpp>
#include <jem/train/value_and_grad.hpp>

#include <cmath>
#include <concepts>

namespace jem::inline v0::detail {

/// Throws divergence_error unless both numbers are finite.
inline void check_finite(double loss, double gradient_norm, index_t iteration, const char* where) {
  if (std::isfinite(loss) && std::isfinite(gradient_norm)) return;
  throw divergence_error(concat("[trainer] expected a finite loss and gradient", where, " but received a loss of ", loss,
                                " and a gradient of norm ", gradient_norm, " at iteration ", iteration),
                         iteration);
}

/// Replaces loss and gradient at θ by those at θ + e of the same batches, if there is an e. Returns words for messages that say where they
/// were taken. Samples and pairs of points are those that were made at θ. Throws divergence_error for a loss or a gradient at θ that is
/// not finite.
template <parameterised Net, loss_term<tensor_type_of<Net>> Loss, weight_perturbation<Net> Sharpness>
const char* sharpen(const Sharpness& sharpness, const Loss& loss, const Net& net, const phases<tensor_type_of<Net>>& images,
                    value_and_gradient<Net>& at, index_t iteration) {
  if constexpr (!std::same_as<Sharpness, no_sharpness>) {  // which would compile value_and_grad a second time for nothing
    check_finite(at.value, global_norm(at.gradient), iteration, "");
    if (const auto e = sharpness.perturbation(net, at.gradient)) {
      at = value_and_grad(loss, moved_by(net, *e), images);
      return " at the moved weights";
    }
  }
  return "";
}

}  // namespace jem::inline v0::detail
