// SPDX-License-Identifier: MIT
// Learning rates: from the number of an update to a rate. Any function index_t → float is one; sampling/schedule.hpp has more.
// A warm-up takes a rate or another schedule:
//
//     jem::linear_warm_up{.rate = jem::step_decay{.rate = 1e-4f, .at = {112'480, 126'540}}, .updates = 1000}
//
// is that of Grathwohl et al. (2020, arXiv:1912.03263) in their published code: × 0.3 after 160 and 180 epochs of 703 batches,
// 64 of 45 000 images each, the last few of an epoch left out.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>

#include <cmath>
#include <numbers>
#include <type_traits>
#include <vector>

namespace jem::inline v0 {

/// Rises over the first updates, (k + 1) / updates of the rate, and is the rate from then on; none at all for 0 updates. The rate
/// is a number or a schedule, whose k counts from the start of the training, not from the end of the rise. It is checked when
/// the rate is asked for: std::invalid_argument unless it is finite and not negative.
template <schedule Rate = float>
struct linear_warm_up {
  Rate rate;                                             ///< a number or a schedule
  at_least<"linear_warm_up", "updates", 0> updates = 0;  ///< of the rise

  constexpr float operator()(index_t k) const {
    const float full = not_negative<"linear_warm_up", "rate">(value_at(rate, k));
    return k + 1 >= updates ? full : full * static_cast<float>(k + 1) / static_cast<float>(updates);
  }
};

/// rate·factorᵐ, where m of the milestones are behind: each acts from the update of its number on; they may stand in any order.
/// Throws std::invalid_argument, when it is asked, for a milestone below 0.
struct step_decay {
  not_negative<"step_decay", "rate"> rate;             ///< at first
  not_negative<"step_decay", "factor"> factor = 0.3f;  ///< at each milestone
  std::vector<index_t> at                     = {};    ///< updates

  float operator()(index_t k) const {
    float now = rate;
    for (const index_t milestone : at) now = k >= at_least<"step_decay", "at", 0>(milestone) ? now * factor : now;
    return now;
  }
};

/// Half a cosine from `rate` down to `last`: last + ½(rate − last)(1 + cos πk/updates), and `last` from then on. Loshchilov and
/// Hutter 2017, arXiv:1608.03983, without restarts.
struct cosine_decay {
  not_negative<"cosine_decay", "rate"> rate;       ///< at first
  at_least<"cosine_decay", "updates", 1> updates;  ///< of the descent, ≥ 1
  not_negative<"cosine_decay", "last"> last = 0;   ///< at its end

  float operator()(index_t k) const {
    const double part = k < updates ? static_cast<double>(k) / static_cast<double>(updates) : 1;
    return last + (rate - last) * static_cast<float>((1 + std::cos(std::numbers::pi * part)) / 2);
  }
};

}  // namespace jem::inline v0
