// SPDX-License-Identifier: MIT
// What is done to a position after a step, to keep it where it may be.
#pragma once

#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

/// Nothing: the paper's choice.
struct unconstrained {
  template <tensor_value T>
  void operator()(T&) const {}
};

/// Each element into [low, high].
struct box {
  float low, high;  ///< low ≤ high

  template <tensor_value T>
  void operator()(T& position) const {
    clamp(position, low, high);
  }
};

}  // namespace jem::inline v0
