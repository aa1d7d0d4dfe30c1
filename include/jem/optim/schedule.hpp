// SPDX-License-Identifier: MIT
// Learning rates: from the number of an update to a rate. Any function index_t → float is one; sampling/schedule.hpp has more.
#pragma once

#include <jem/core/concepts.hpp>

namespace jem::inline v0 {

/// Rises to `rate` over the first updates, (k + 1) / updates of it, and stays there. None at all for 0 updates.
struct warm_up {
  float rate;           ///< α at the end
  index_t updates = 0;  ///< how long it rises

  constexpr float operator()(index_t k) const {
    return k + 1 >= updates ? rate : rate * static_cast<float>(k + 1) / static_cast<float>(updates);
  }
};

}  // namespace jem::inline v0
