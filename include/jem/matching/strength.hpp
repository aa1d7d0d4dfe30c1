// SPDX-License-Identifier: MIT
// How strong the energy's gradient should be at a level ℓ of noise: functions c(ℓ), where c(ℓ)·d is the target of ∂E/∂x̃ at x̃ = x + ℓ·d.
#pragma once

#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// min(1, ℓ/level): 1 far from the data, and 0 at the data, so that these are minima of the energy (Wang and Du 2025, Equilibrium
/// Matching, arXiv:2510.02300).
struct ramp {
  positive<"ramp", "level"> level = 0.2f;  ///< the level from which on the strength is 1; > 0

  template <class V>
  constexpr V operator()(V noise) const {
    const V share = noise / static_cast<V>(static_cast<float>(level));
    return share < V(1) ? share : V(1);
  }
};

/// 1 at every level. With added normal noise ξ, the energy learns the gradient E[ξ | x̃], a mean over all images and levels.
struct unit_strength {
  template <class V>
  constexpr V operator()(V) const {
    return V(1);
  }
};

/// 1/ℓ. With added normal noise of one level, the energy learns −log p of the data with that noise, up to a constant: its gradient is minus
/// their score (Vincent 2011, doi:10.1162/NECO_a_00142).
struct score_strength {
  template <class V>
  constexpr V operator()(V noise) const {
    return V(1) / noise;
  }
};

}  // namespace jem::inline v0
