// SPDX-License-Identifier: MIT
// Schedules: functions from the number of a step to a step size or a learning rate. Any function from index_t to float will do.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>

#include <cmath>

namespace jem::inline v0 {

/// The same at every step.
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

}  // namespace jem::inline v0
