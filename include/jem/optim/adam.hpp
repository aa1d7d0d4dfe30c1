// SPDX-License-Identifier: MIT
// Adam: Kingma and Ba, "Adam: a method for stochastic optimization" (2014, arXiv:1412.6980), with the bias-corrected moments
// of their Algorithm 1: θ ← θ − α·m̂ / (√v̂ + ε).
#pragma once

#include <jem/core/math.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/optim/schedule.hpp>

#include <cmath>

namespace jem::inline v0 {

namespace detail {

struct adam_update {
  float beta1, beta2, rate, correction, epsilon;

  template <class V>
  constexpr void operator()(V& parameter, V& first, V& second, V gradient) const {
    first  = V(beta1) * first + (V(1) - V(beta1)) * gradient;
    second = V(beta2) * second + (V(1) - V(beta2)) * gradient * gradient;
    parameter -= V(rate) * first / (math::sqrt(second) * V(correction) + V(epsilon));
  }
};

}  // namespace detail

/// Moments are values of the network's own type.
template <parameterised Net>
struct adam_state {
  Net first, second;    ///< m and v, before the correction of their bias
  index_t updates = 0;  ///< made so far
};

template <schedule Rate = warm_up<>>
struct adam {
  Rate learning_rate;      ///< number of the update → α
  float beta1   = 0.9f;    ///< decay of m
  float beta2   = 0.999f;  ///< decay of v
  float epsilon = 1e-8f;   ///< ε, beside √v̂

  /// Moments of zero.
  template <parameterised Net>
  adam_state<Net> init(const Net& net) const {
    return {zeros_like(net), zeros_like(net)};
  }

  /// One update of the network, given ∂L/∂θ.
  template <parameterised Net>
  void step(adam_state<Net>& state, Net& net, const Net& gradient) const {
    const double k1 = 1 - std::pow(static_cast<double>(beta1), static_cast<double>(state.updates + 1));
    const double k2 = 1 - std::pow(static_cast<double>(beta2), static_cast<double>(state.updates + 1));
    const detail::adam_update update{beta1, beta2, static_cast<float>(learning_rate(state.updates++) / k1),
                                     static_cast<float>(1 / std::sqrt(k2)), epsilon};
    for_each_parameter_of([&](auto& p, auto& m, auto& v, const auto& g) { apply(p, m, v, g, update); }, net, state.first, state.second,
                          gradient);
  }
};

}  // namespace jem::inline v0
