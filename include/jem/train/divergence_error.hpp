// SPDX-License-Identifier: MIT
// The exception of a training step whose loss or gradient is not finite.
#pragma once

#include <jem/core/shape.hpp>

#include <stdexcept>
#include <string>

namespace jem::inline v0 {

/// The loss or the gradient of a training step is not finite. The step has left the network as it was.
struct divergence_error : std::runtime_error {
  /// Takes a message and the number of the iteration.
  divergence_error(const std::string& message, index_t at) : std::runtime_error(message), iteration(at) {}

  index_t iteration;  ///< the iteration that failed
};

}  // namespace jem::inline v0
