// SPDX-License-Identifier: MIT
// The sampler of JEM++ (Yang and Ji 2021, arXiv:2109.09032): N inner steps along one gradient, each followed by the constraint. After Zhang
// et al. (2019, arXiv:1905.00877) it keeps p = ∂E/∂f₁(x), f₁ being the first layer, and evaluates ∂⟨p, f₁(x)⟩/∂x again in each inner step.
// But the first layer of the paper's network, and of all models here, is linear, so that this gradient is ∂E/∂x where the outer step
// began, for any x. This header repeats steps along it, for any energy. For a chain that begins within its box they end where one step of
// size N·ε ends, up to rounding: sgld without noise, with the same clipping and box, does the same.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/constraint.hpp>
#include <jem/sampling/gradient_transform.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/sampling/schedule.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// x ← f(x + factor·slope), `times` times
template <class V, class F>
struct repeated_step {
  V factor;
  index_t times;
  F f;

  constexpr V operator()(V x, V slope) const {
    for (index_t i = 0; i < times; ++i) x = f(x + factor * slope);
    return x;
  }
};

}  // namespace detail

/// Descent without noise in outer steps of `inner` steps each: x ← constraint(x − ε·transform(∇E(x₀))), x₀ the position where the outer
/// step began. A step of the kernel is an outer step, so the trainer's `steps` are the paper's M, and `inner` is its N. The defaults are
/// those of the paper's code, which has ε = 0.2 and box{-1, 1}. If kernel and energy are row-wise, the schedule is called by several
/// threads.
template <schedule Schedule = constant, class Transform = clip_elements, class Constraint = unconstrained>
struct proximal_langevin {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise       = jem::row_wise<Transform> && jem::row_wise<Constraint>;  ///< see core/concepts.hpp

  Schedule step_size;                                   ///< ε ≥ 0 of an inner step, a number or a function of the outer step's number
  at_least<"proximal_langevin", "inner", 1> inner = 5;  ///< N ≥ 1, inner steps in an outer one
  Transform transform{};                                ///< applied to ∇E(x) once before the inner steps
  Constraint constraint{};                              ///< applied to x after each inner step

  /// The state of step 0 at x (n, …); the energy is not evaluated yet.
  template <tensor_value T, differentiable_energy<T> E>
  unadjusted_state<T> init(const E&, const T& x) const {
    return {x};
  }

  /// An outer step: evaluates one gradient. Throws std::invalid_argument, and leaves the state as it is, for a step size that is negative,
  /// infinite or NaN, and for a box with low > high. Draws no random numbers.
  template <tensor_value T, differentiable_energy<T> E>
    requires(batch_transform<Transform, T> && batch_transform<Constraint, T>)
  transition_info<T> step(const E& e, unadjusted_state<T>& state, rng&) const {
    using V             = typename T::value_type;
    const float epsilon = not_negative<"proximal_langevin", "step_size">(value_at(step_size, state.step));
    T gradient(state.position.extents());
    gradient_of(e, state.position, gradient);
    transform(gradient);
    if constexpr (element_constraint<Constraint, V>) {
      const auto bounded = constraint.template element<V>();
      apply(state.position, gradient, detail::repeated_step<V, decltype(bounded)>{-V(epsilon), inner, bounded});
    } else {
      for (index_t i = 0; i < inner; ++i) {
        add_scaled(state.position, -V(epsilon), gradient);
        constraint(state.position);
      }
    }
    ++state.step;
    return {};
  }
};

}  // namespace jem::inline v0
