// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum in the form of PyTorch: g ← ∂L/∂θ + λ·θ, v ← μ·v + g, θ ← θ − α·v; with Nesterov's momentum
// θ ← θ − α·(g + μ·v). Sutskever, Martens, Dahl and Hinton (ICML 2013) have the rate α in the update of v instead.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/optim/schedule.hpp>

namespace jem::inline v0 {

namespace detail {

struct sgd_update {
  float rate, momentum, weight_decay;
  bool nesterov;

  template <class V>
  constexpr void operator()(V& parameter, V& velocity, V gradient) const {
    const V slope = gradient + V(weight_decay) * parameter;
    velocity      = V(momentum) * velocity + slope;
    parameter -= V(rate) * (nesterov ? slope + V(momentum) * velocity : velocity);
  }
};

}  // namespace detail

/// The state of SGD between updates: the velocity, a value of the network's own type.
template <parameterised Net>
struct sgd_state {
  Net velocity;         ///< v
  index_t updates = 0;  ///< number of updates so far

  /// Calls f(name, part) for each part that a checkpoint stores.
  static void each_part(auto& self, auto f) { f("velocity", self.velocity), f("updates", self.updates); }
};

template <schedule Rate = linear_warm_up<>>
struct sgd {
  Rate learning_rate;                                        ///< α ≥ 0, a number or a function of the number of updates
  not_negative<"sgd", "momentum"> momentum         = 0;      ///< μ ≥ 0
  not_negative<"sgd", "weight_decay"> weight_decay = 0;      ///< λ ≥ 0: the gradient of λ‖θ‖²/2 is added to g, so it enters v as well
  bool nesterov                                    = false;  ///< looks ahead by one step of the velocity (Nesterov 1983)

  /// The initial state: a velocity of zero.
  template <parameterised Net>
  sgd_state<Net> init(const Net& net) const {
    return {zeros_like(net)};
  }

  /// One update of the network and of the state. Throws std::invalid_argument, and changes nothing, for a learning rate that is
  /// negative, infinite or NaN.
  template <parameterised Net>
  void step(sgd_state<Net>& state, Net& net, const Net& gradient) const {
    const float rate = not_negative<"sgd", "learning_rate">(value_at(learning_rate, state.updates));
    const detail::sgd_update update{rate, momentum, weight_decay, nesterov};
    for_each_parameter_of([&](auto& p, auto& v, const auto& g) { apply(p, v, g, update); }, net, state.velocity, gradient);
    ++state.updates;
  }
};

}  // namespace jem::inline v0
