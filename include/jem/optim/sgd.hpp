// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum in the form of PyTorch and of Sutskever et al. (ICML 2013) up to the place of the
// rate: v ← μ·v + g, θ ← θ − α·v.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/optim/schedule.hpp>

namespace jem::inline v0 {

/// A velocity is a value of the network's own type.
template <parameterised Net>
struct sgd_state {
  Net velocity;         ///< v
  index_t updates = 0;  ///< made so far
};

template <schedule Rate = warm_up<>>
struct sgd {
  Rate learning_rate;  ///< number of the update → α
  float momentum = 0;  ///< μ in [0, 1)

  /// At rest.
  template <parameterised Net>
  sgd_state<Net> init(const Net& net) const {
    return {zeros_like(net)};
  }

  /// One update of the network, given ∂L/∂θ.
  template <parameterised Net>
  void step(sgd_state<Net>& state, Net& net, const Net& gradient) const {
    const float rate = learning_rate(state.updates++);
    for_each_parameter_of(
        [&](auto& p, auto& v, const auto& g) {
          scale(v, momentum);
          add_scaled(v, 1, g);
          add_scaled(p, -rate, v);
        },
        net, state.velocity, gradient);
  }
};

}  // namespace jem::inline v0
