// SPDX-License-Identifier: MIT
// Langevin dynamics without an acceptance step, as energy-based models use it:
//
//     x ← x − ε·∇E(x) + σ·ξ,   ξ ~ N(0, 1)
//
// The whole library uses this convention. With σ = √(2ε) this is the Langevin diffusion. The step α of Grathwohl et al. (2020,
// arXiv:1912.03263) is 2ε; in their experiments step and noise are decoupled: ε = 1, σ = 0.01. The name SGLD is that of Welling and Teh
// (2011), whose gradients are stochastic in the data; here the energy is evaluated exactly, but the stationary distribution of the chain
// is inexact.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/constraint.hpp>
#include <jem/sampling/gradient_transform.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/sampling/noise.hpp>
#include <jem/sampling/schedule.hpp>
#include <jem/tensor/noise.hpp>

namespace jem::inline v0 {

/// Langevin dynamics without an acceptance step: x ← x − ε·∇E(x) + σ·ξ with ξ ~ N(0, 1). If kernel and energy are row-wise (see
/// sampling/sample.hpp), schedule and noise are called at each step for each tile, by several threads.
template <schedule Schedule = constant, noise_scale Noise = langevin_noise, class Transform = identity, class Constraint = unconstrained>
struct sgld {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise       = jem::row_wise<Transform> && jem::row_wise<Constraint>;  ///< see core/concepts.hpp

  Schedule step_size;       ///< ε ≥ 0, a number or a function of the step's number
  Noise noise{};            ///< σ ≥ 0, a number or a function of ε, or of ε and the step's number
  Transform transform{};    ///< applied to ∇E(x) before the step
  Constraint constraint{};  ///< applied to x after it

  /// The state of step 0 at x (n, …); the energy is not evaluated yet.
  template <tensor_value T, differentiable_energy<T> E>
  unadjusted_state<T> init(const E&, const T& x) const {
    return {x};
  }

  /// Evaluates one gradient. Throws std::invalid_argument, and leaves state and generator as they are, for a step size or a noise that is
  /// negative, infinite or NaN, and for a box with low > high.
  template <tensor_value T, differentiable_energy<T> E>
    requires(batch_transform<Transform, T> && batch_transform<Constraint, T>)
  transition_info<T> step(const E& e, unadjusted_state<T>& state, rng& g) const {
    const float epsilon = not_negative<"sgld", "step_size">(value_at(step_size, state.step));
    const float sigma   = not_negative<"sgld", "noise">(noise_at(noise, epsilon, state.step));
    T gradient(state.position.extents());
    gradient_of(e, state.position, gradient);
    transform(gradient);
    using V = typename T::value_type;
    if constexpr (element_constraint<Constraint, V>) {
      add_scaled_and_normal(state.position, -epsilon, gradient, sigma, g, constraint.template element<V>());
    } else {
      add_scaled_and_normal(state.position, -epsilon, gradient, sigma, g, unchanged{});
      constraint(state.position);
    }
    ++state.step;
    return {};
  }
};

}  // namespace jem::inline v0
