// SPDX-License-Identifier: MIT
// Learning rates: from the number of an update to a rate. Any function index_t → float is one; sampling/schedule.hpp has more.
// A warm-up takes a rate or another schedule:
//
//     jem::linear_warm_up{.rate = jem::step_decay{.rate = 1e-4f, .at = {112'480, 126'540}}, .updates = 1000}
//
// is that of Grathwohl et al. (2020, arXiv:1912.03263) in their published code: × 0.3 after 160 and 180 epochs. An epoch has 703 batches
// of 64 of its 45 000 images; the few images that remain are left out.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>

#include <cmath>
#include <numbers>
#include <type_traits>
#include <vector>

namespace jem::inline v0 {

/// Rises during the first `updates` updates, as (k + 1) / updates of the rate, and is the rate from then on. With 0 updates there is no
/// warm-up. The rate is a number or a schedule, whose k counts from the start of the training, not from the end of the warm-up. A call
/// throws std::invalid_argument unless the rate is finite and not negative.
template <schedule Rate = float>
struct linear_warm_up {
  Rate rate;                                             ///< a number or a schedule
  at_least<"linear_warm_up", "updates", 0> updates = 0;  ///< length of the warm-up

  constexpr float operator()(index_t k) const {
    const float full = not_negative<"linear_warm_up", "rate">(value_at(rate, k));
    return k + 1 >= updates ? full : full * static_cast<float>(k + 1) / static_cast<float>(updates);
  }
};

/// rate·factorᵐ at update k, where m is the number of milestones that are at most k. The milestones may be in any order.
/// A call throws std::invalid_argument for a milestone below 0.
struct step_decay {
  not_negative<"step_decay", "rate"> rate;             ///< at first
  not_negative<"step_decay", "factor"> factor = 0.3f;  ///< at each milestone
  std::vector<index_t> at                     = {};    ///< milestones: numbers of updates

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
