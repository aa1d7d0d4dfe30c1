// SPDX-License-Identifier: MIT
// Adam with decoupled weight decay: Loshchilov and Hutter, "Decoupled weight decay regularization" (2017, arXiv:1711.05101), in
// the form of PyTorch, where the rate α multiplies the decay λ, too: θ ← θ − α·λ·θ − α·m̂ / (√v̂ + ε). A penalty in the loss
// would be divided by √v̂ and leave the weights with large gradients alone; this shrinks all parameters alike, biases as well.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/optim/adam.hpp>

namespace jem::inline v0 {

template <schedule Rate = linear_warm_up<>>
struct adamw {
  Rate learning_rate;                                           ///< α ≥ 0, a number or a function of the number of updates
  below_one<"adamw", "beta1"> beta1                  = 0.9f;    ///< decay of m
  below_one<"adamw", "beta2"> beta2                  = 0.999f;  ///< decay of v
  positive<"adamw", "epsilon"> epsilon               = 1e-8f;   ///< ε > 0, beside √v̂
  not_negative<"adamw", "weight_decay"> weight_decay = 0.01f;   ///< λ ≥ 0

  /// The state of adam.
  template <parameterised Net>
  adam_state<Net> init(const Net& net) const {
    return {zeros_like(net), zeros_like(net)};
  }

  /// One update of the network and of the state. Throws as adam's.
  template <parameterised Net>
  void step(adam_state<Net>& state, Net& net, const Net& gradient) const {
    detail::adam_step<"adamw">(*this, weight_decay, state, net, gradient);
  }
};

}  // namespace jem::inline v0
