// SPDX-License-Identifier: MIT
// Schedules: functions from the number of a step to a step size or a learning rate. Any function from index_t to float will do.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>

#include <cmath>

namespace jem::inline v0 {

/// The same value at every step.
struct constant {
  not_negative<"constant", "value"> value;  ///< at every step

  constexpr float operator()(index_t) const { return value; }
};

/// first·(1 + k / delay)^(−power): Welling and Teh's decay (2011), which makes stochastic-gradient Langevin dynamics exact in
/// the limit for powers in (½, 1].
struct polynomial_decay {
  not_negative<"polynomial_decay", "first"> first;          ///< at step 0
  positive<"polynomial_decay", "delay"> delay     = 1;      ///< steps, > 0
  not_negative<"polynomial_decay", "power"> power = 0.55f;  ///< ≥ 0

  float operator()(index_t k) const { return first * std::pow(1 + static_cast<float>(k) / delay, -power); }
};

/// From first to last in equal ratios over a number of steps, then last: step sizes and noise that shrink while a sample takes shape.
struct geometric_decay {
  positive<"geometric_decay", "first"> first    = 0.1f;   ///< at step 0, > 0
  positive<"geometric_decay", "last"> last      = 0.05f;  ///< at step `steps` − 1 and after it, > 0
  at_least<"geometric_decay", "steps", 1> steps = 20;     ///< over which it falls, ≥ 1

  float operator()(index_t k) const {
    if (k >= steps - 1) return steps > 1 || k > 0 ? static_cast<float>(last) : static_cast<float>(first);
    return first * std::pow(last / first, static_cast<float>(k) / static_cast<float>(steps - 1));
  }
};

}  // namespace jem::inline v0
