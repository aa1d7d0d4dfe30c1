// SPDX-License-Identifier: MIT
// The standard deviation σ of a sampler's noise as a function of its step size ε. Any function from float to float will do.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// σ whatever the step size: the paper's choice, with which step and noise are decoupled.
struct fixed_noise {
  not_negative<"fixed_noise", "deviation"> deviation;  ///< σ ≥ 0

  constexpr float operator()(float) const { return deviation; }
};

/// σ = √(2εT): the diffusion whose law is e^(−E/T) as ε → 0.
struct langevin_noise {
  not_negative<"langevin_noise", "temperature"> temperature = 1;  ///< T ≥ 0; 0 is descent

  constexpr float operator()(float step_size) const { return math::sqrt(2 * step_size * temperature); }
};

/// No noise: descent.
struct no_noise {
  constexpr float operator()(float) const { return 0; }
};

}  // namespace jem::inline v0
