// SPDX-License-Identifier: MIT
// Adam: Kingma and Ba, "Adam: a method for stochastic optimization" (2014, arXiv:1412.6980), with the bias-corrected moments
// of their Algorithm 1: θ ← θ − α·m̂ / (√v̂ + ε). The state keeps √v in place of v, since √v has the range of the gradient: the square
// of a float above 1.8·10¹⁹ is infinite, and below 10⁻²³ it is 0.
// AdamW is Adam with decoupled weight decay: Loshchilov and Hutter, "Decoupled weight decay regularization" (2017, arXiv:1711.05101),
// in the form of PyTorch, where the rate α multiplies the decay λ, too: θ ← θ − α·λ·θ − α·m̂ / (√v̂ + ε). The gradient of a penalty in
// the loss would be divided by √v̂, and so hardly change weights with large gradients. Decoupled decay shrinks all parameters by the same
// factor, biases as well.
#pragma once

#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/optim/schedule.hpp>

#include <cmath>
#include <limits>

namespace jem::inline v0 {

/// The state of Adam between updates: two moments, which are values of the network's own type.
template <parameterised Net>
struct adam_state {
  Net first, second;    ///< m and √v, before the correction of their bias
  index_t updates = 0;  ///< number of updates so far

  /// Calls f(name, part) for each part that a checkpoint stores.
  static void each_part(auto& self, auto f) { f("first", self.first), f("second", self.second), f("updates", self.updates); }
};

namespace detail {

struct adam_update {
  float beta1, beta2, rate, correction, epsilon, decay;

  /// `second` is √v.
  template <class V>
  constexpr void operator()(V& parameter, V& first, V& second, V gradient) const {
    first  = V(beta1) * first + (V(1) - V(beta1)) * gradient;
    second = root_of_mean(second, gradient);
    parameter -= V(decay) * parameter + V(rate) * (first / (second * V(correction) + V(epsilon)));
  }

 private:
  /// √(β₂a² + (1 − β₂)b²) for a ≥ 0. Both are divided by the larger one before they are squared.
  template <class V>
  constexpr V root_of_mean(V a, V b) const {
    const V size    = b < V(0) ? -b : b;
    const V larger  = a > size ? a : size;
    const V largest = larger > (std::numeric_limits<V>::min)() ? larger : (std::numeric_limits<V>::min)();
    const V scale = V(1) / largest, part = a * scale, other = size * scale;
    return largest * math::sqrt(V(beta2) * part * part + (V(1) - V(beta2)) * other * other);
  }
};

/// θ ← θ − α·λ·θ − α·m̂ / (√v̂ + ε): the update of adamw, and of adam with λ = 0. The settings have α, as a schedule, β₁, β₂ and ε. Where
/// is the name of the settings in messages.
template <literal Where, class Settings, parameterised Net>
void adam_step(const Settings& s, float weight_decay, adam_state<Net>& state, Net& net, const Net& gradient) {
  const float rate = not_negative<Where, "learning_rate">(value_at(s.learning_rate, state.updates));
  const auto k     = static_cast<double>(++state.updates);
  const double k1  = 1 - std::pow(static_cast<double>(s.beta1), k);
  const double k2  = 1 - std::pow(static_cast<double>(s.beta2), k);
  const adam_update update{
      s.beta1, s.beta2, static_cast<float>(rate / k1), static_cast<float>(1 / std::sqrt(k2)), s.epsilon, rate * weight_decay};
  for_each_parameter_of([&](auto& p, auto& m, auto& v, const auto& g) { apply(p, m, v, g, update); }, net, state.first, state.second,
                        gradient);
}

}  // namespace detail

template <schedule Rate = linear_warm_up<>>
struct adam {
  Rate learning_rate;                            ///< α ≥ 0, a number or a function of the number of updates
  below_one<"adam", "beta1"> beta1    = 0.9f;    ///< decay of m
  below_one<"adam", "beta2"> beta2    = 0.999f;  ///< decay of v
  positive<"adam", "epsilon"> epsilon = 1e-8f;   ///< ε > 0, added to √v̂

  /// The initial state: moments of zero.
  template <parameterised Net>
  adam_state<Net> init(const Net& net) const {
    return {zeros_like(net), zeros_like(net)};
  }

  /// One update of the network, given ∂L/∂θ. Throws std::invalid_argument, and changes nothing, for a learning rate that is negative,
  /// infinite or NaN.
  template <parameterised Net>
  void step(adam_state<Net>& state, Net& net, const Net& gradient) const {
    detail::adam_step<"adam">(*this, 0, state, net, gradient);
  }
};

/// Adam with decoupled weight decay.
template <schedule Rate = linear_warm_up<>>
struct adamw {
  Rate learning_rate;                                           ///< α ≥ 0, a number or a function of the number of updates
  below_one<"adamw", "beta1"> beta1                  = 0.9f;    ///< decay of m
  below_one<"adamw", "beta2"> beta2                  = 0.999f;  ///< decay of v
  positive<"adamw", "epsilon"> epsilon               = 1e-8f;   ///< ε > 0, added to √v̂
  not_negative<"adamw", "weight_decay"> weight_decay = 0.01f;   ///< λ ≥ 0

  /// The initial state: moments of zero.
  template <parameterised Net>
  adam_state<Net> init(const Net& net) const {
    return {zeros_like(net), zeros_like(net)};
  }

  /// One update of the network and of the state. Throws as adam::step does.
  template <parameterised Net>
  void step(adam_state<Net>& state, Net& net, const Net& gradient) const {
    detail::adam_step<"adamw">(*this, weight_decay, state, net, gradient);
  }
};

}  // namespace jem::inline v0
