// SPDX-License-Identifier: MIT
// The standard deviation σ of a sampler's noise as a function of its step size ε. Any function from float to float will do, or one of ε and
// the number of the step.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// The same σ for all step sizes, so that step and noise are decoupled, as in Grathwohl et al. (2020, arXiv:1912.03263).
struct fixed_noise {
  not_negative<"fixed_noise", "deviation"> deviation;  ///< σ ≥ 0

  constexpr float operator()(float) const { return deviation; }
};

/// σ = √(2εT): the Langevin diffusion, whose stationary density is proportional to e^(−E/T) as ε → 0.
struct langevin_noise {
  not_negative<"langevin_noise", "temperature"> temperature = 1;  ///< T ≥ 0; 0 is gradient descent

  constexpr float operator()(float step_size) const { return math::sqrt(2 * step_size * temperature); }
};

/// σ falls with the step size, in proportion: from `deviation` at steps of size `first` to 0 at `last`, for samples that take shape in
/// steps which shrink. No step has more than `deviation`, or less than 0.
struct fading_noise {
  not_negative<"fading_noise", "deviation"> deviation;  ///< σ ≥ 0 of the first step
  positive<"fading_noise", "first"> first = 0.1f;       ///< largest step size, > 0
  positive<"fading_noise", "last"> last   = 0.05f;      ///< smallest step size, > 0

  constexpr float operator()(float step_size) const {
    if (step_size >= first) return deviation;
    return step_size <= last ? 0 : deviation * (step_size - last) / (first - last);
  }
};

/// σ = √(2εT) with a temperature T that is 0 up to a step, then rises linearly, and stays at its full value: chains first run down to the
/// data, and then spread there (Balcerak et al. 2025, Energy Matching, arXiv:2504.10612). If the rise ends where it begins, it is a jump.
struct rising_noise {
  not_negative<"rising_noise", "temperature"> temperature = 0.01f;  ///< full T ≥ 0
  at_least<"rising_noise", "from", 0> from                = 100;    ///< the last step of T = 0, unless `until` is the same
  at_least<"rising_noise", "until", 0> until              = 100;    ///< the first step of the full T, ≥ from

  /// Throws std::invalid_argument unless from ≤ until.
  float operator()(float step_size, index_t step) const {
    if (!(from <= until)) fail("rising_noise", "from <= until", concat(index_t{from}, " and ", index_t{until}));
    const float part = step >= until ? 1 : step <= from ? 0 : static_cast<float>(step - from) / static_cast<float>(until - from);
    return math::sqrt(2 * step_size * part * temperature);
  }
};

/// No noise: gradient descent.
struct no_noise {
  constexpr float operator()(float) const { return 0; }
};

}  // namespace jem::inline v0
