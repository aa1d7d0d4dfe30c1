// SPDX-License-Identifier: MIT
// The exception that a training step throws when its loss or gradient is not finite.
#pragma once

#include <jem/core/shape.hpp>

#include <stdexcept>
#include <string>

namespace jem::inline v0 {

/// The loss or the gradient of a training step is not finite, and the step has left the network as it was; or a training_guard gives up.
struct divergence_error : std::runtime_error {
  /// From a message and the number of the iteration.
  divergence_error(const std::string& message, index_t at) : std::runtime_error(message), iteration(at) {}

  index_t iteration;  ///< the iteration that failed
};

}  // namespace jem::inline v0
