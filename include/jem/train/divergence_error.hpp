// SPDX-License-Identifier: MIT
// What a training step throws when its numbers are no longer finite.
#pragma once

#include <jem/core/shape.hpp>

#include <stdexcept>
#include <string>

namespace jem::inline v0 {

/// The loss or the gradient of a training step is not finite. The step has left the network as it was.
struct divergence_error : std::runtime_error {
  /// A message, and the iteration that it is about.
  divergence_error(const std::string& message, index_t at) : std::runtime_error(message), iteration(at) {}

  index_t iteration;  ///< the one that was not made
};

}  // namespace jem::inline v0
