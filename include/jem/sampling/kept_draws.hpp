// SPDX-License-Identifier: MIT
// Which draws of a run are kept: after a burn-in, the last one of every `thin`, so that a run ends with a draw that is kept. Thinning saves
// memory; it makes no estimate better.
#pragma once

#include <jem/core/setting.hpp>

namespace jem::inline v0 {

/// The draws of a run of burn_in + draws · thin steps that are kept.
struct kept_draws {
  at_least<"kept_draws", "draws", 0> draws;          ///< ≥ 0, how many are kept
  at_least<"kept_draws", "burn_in", 0> burn_in = 0;  ///< ≥ 0, steps before, of which none is kept
  at_least<"kept_draws", "thin", 1> thin       = 1;  ///< ≥ 1, steps for each of those kept

  /// The steps of the run. Throws std::invalid_argument if index_t cannot hold their number.
  index_t steps() const {
    if (draws > (range::most<index_t> - burn_in) / thin) fail("kept_draws", "fewer than 2^63 steps", concat(draws, " draws of ", thin));
    return burn_in + draws * thin;
  }

  /// The number of the draw that is kept after step i, both from 0; −1 if none is.
  index_t kept_after(index_t i) const {
    const index_t since = i + 1 - burn_in;
    return since > 0 && since % thin == 0 ? since / thin - 1 : -1;
  }
};

}  // namespace jem::inline v0
