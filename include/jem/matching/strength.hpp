// SPDX-License-Identifier: MIT
// How strong the energy's gradient shall be at a level ℓ of noise: functions c(ℓ), so that ∂E/∂x̃ is c(ℓ)·d at x̃ = x + ℓ·d.
#pragma once

#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// min(1, ℓ/level): 1 far from the data, and 0 at the data, which are then minima of the energy (Wang and Du 2025, Equilibrium Matching,
/// arXiv:2510.02300).
struct ramp {
  positive<"ramp", "level"> level = 0.2f;  ///< from which the strength is 1, > 0

  template <class V>
  constexpr V operator()(V noise) const {
    const V share = noise / static_cast<V>(static_cast<float>(level));
    return share < V(1) ? share : V(1);
  }
};

/// 1 at every level: with normal noise, the energy's gradient is the mean noise in a point over the levels that can have led there.
struct unit_strength {
  template <class V>
  constexpr V operator()(V) const {
    return V(1);
  }
};

/// 1/ℓ: with normal noise of one level, ∂E/∂x̃ is minus the score of the data with that noise, and E its −log p up to a constant (Vincent
/// 2011, doi:10.1162/NECO_a_00142).
struct score_strength {
  template <class V>
  constexpr V operator()(V noise) const {
    return V(1) / noise;
  }
};

}  // namespace jem::inline v0
