// SPDX-License-Identifier: MIT
// An exponential moving average of the weights during a run, θ̄ ← d·θ̄ + (1 − d)·θ, after the averages of Polyak and Juditsky (1992).
// Samples and probabilities of the average are better than those of the last iteration (for energy-based models: Du et al.
// 2021, arXiv:2012.01316). It is computed outside of the training, which it does not change:
//
//     const jem::ema ema{.decay = 0.999f};
//     auto average = ema.init(state.net);
//     for (int i = 0; i < iterations; ++i) trainer.step(state), ema.step(average, state.net);   // average.net is a network
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/parameters.hpp>

#include <algorithm>

namespace jem::inline v0 {

namespace detail {

struct move_towards {
  float share;

  template <class V>
  constexpr V operator()(V average, V value) const {
    return average + V(share) * (value - average);
  }
};

}  // namespace detail

/// An average, and the number of updates of it.
template <parameterised Net>
struct ema_state {
  Net net;              ///< the average: a network like any other
  index_t updates = 0;  ///< number of updates so far

  /// Calls f(name, part) for each part that a checkpoint stores.
  static void each_part(auto& self, auto f) { f("net", self.net), f("updates", self.updates); }
};

struct ema {
  below_one<"ema", "decay"> decay = 0.999f;  ///< d, in [0, 1): the average spans about 1 / (1 − d) iterations
  bool rising_decay = true;  ///< min(d, (1 + t) / (10 + t)) at update t, so that it soon forgets the weights that the run began with

  /// The initial average: the network itself.
  template <parameterised Net>
  ema_state<Net> init(const Net& net) const {
    return {net};
  }

  /// Moves the average towards the network.
  template <parameterised Net>
  void step(ema_state<Net>& average, const Net& net) const {
    const auto t      = static_cast<float>(average.updates++);
    const float keeps = rising_decay ? std::min<float>(decay, (1 + t) / (10 + t)) : float(decay);
    for_each_parameter([&](auto& mean, const auto& now) { apply(mean, now, detail::move_towards{1 - keeps}); }, average.net, net);
  }
};

}  // namespace jem::inline v0
