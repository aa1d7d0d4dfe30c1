// SPDX-License-Identifier: MIT
// Hamiltonian Monte Carlo with one leapfrog step at a time, whose momenta are refreshed only in part (Horowitz 1991):
//
//     p ← √(1 − α)·p + √α·ξ;   one leapfrog step (x, p) → (x′, p′);   if it is rejected, p ← −p
//
// Rejections turn chains back. They come in clusters, with long runs without one between them, since the number that decides about them
// persists, too: u moves by α/2 a step within [−1, 1), and a step is accepted if |u| < e^(−ΔH), which multiplies u by e^ΔH. Neal,
// "Non-reversibly updating a uniform [0, 1] value for Metropolis accept/reject decisions" (2020, arXiv:2001.11950).
#pragma once

#include <jem/sampling/hamiltonian.hpp>

#include <utility>

namespace jem::inline v0 {

/// A batch of positions with what persists from step to step. Momenta and u are drawn by the first step.
template <tensor_value T>
struct persistent_state {
  T position;    // (n, …)
  T energy;      // (n)
  T gradient;    // (n, …): ∂E/∂x
  T momentum{};  // (n, …)
  T decider{};   // (n): u in [−1, 1)
};

namespace detail {

/// keep·p + renew·ξ
template <class V>
struct refresh {
  V keep, renew;

  constexpr V operator()(V p, V xi) const { return keep * p + renew * xi; }
};

/// u + by, from 1 on again from −1
template <class V>
struct move_around {
  V by;

  constexpr V operator()(V u) const { return u + by < V(1) ? u + by : u + by - V(2); }
};

/// 1 if |u| < e^(−error), else 0; also 0 for NaN
struct passes_decider {
  template <class V>
  constexpr V operator()(V u, V error) const {
    return (u < V(0) ? -u : u) < (error <= V(0) ? V(1) : (error > V(0) ? math::exp(-error) : V(0))) ? V(1) : V(0);
  }
};

/// u·e^error where accepted. Rounding must not make it 1.
struct rescale_decider {
  template <class V>
  constexpr V operator()(V u, V error, V accepted) const {
    const V moved = accepted != V(0) ? u * math::exp(error) : u;
    return moved < V(1) ? (moved >= V(-1) ? moved : V(-1)) : V(-1);
  }
};

}  // namespace detail

/// A kernel of one gradient a step. `meads` finds its numbers.
template <class Metric = unit_metric>
struct persistent_hamiltonian {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise       = jem::row_wise<Metric>;  ///< see core/concepts.hpp

  positive<"persistent_hamiltonian", "step_size"> step_size             = 0.1f;  ///< ε > 0, in units of the metric
  in_unit_interval<"persistent_hamiltonian", "refreshment"> refreshment = 0.1f;  ///< α: 1 for new momenta at each step
  Metric metric{};                                                               ///< the scales of the coordinates

  /// Evaluates the energy and its gradient.
  template <tensor_value T, differentiable_energy<T> E>
  persistent_state<T> init(const E& e, const T& x) const {
    persistent_state<T> state{x, T{}, T(x.extents())};
    state.energy = e.value_and_grad(x, state.gradient);
    return state;
  }

  /// One leapfrog step of each chain.
  template <tensor_value T, differentiable_energy<T> E>
  transition_info<T> step(const E& e, persistent_state<T>& state, rng& g) const {
    renew(state, g);
    point<T> to{state.position, state.energy, state.gradient};
    T momentum         = state.momentum;                                                                    // (n, …)
    const T correction = hamiltonian<leapfrog, Metric>{step_size, 1, {}, metric}.move(e, to, momentum, 1);  // (n)
    T error            = to.energy - state.energy - correction;
    const T accepted   = zip(state.decider, error, detail::passes_decider{});
    state.decider      = zip(state.decider, error, accepted, detail::rescale_decider{});
    scale(state.momentum, -1);
    choose_rows(state.position, to.position, accepted);
    choose_rows(state.energy, to.energy, accepted);
    choose_rows(state.gradient, to.gradient, accepted);
    choose_rows(state.momentum, momentum, accepted);
    T probability = map(error, detail::acceptance_probability{});
    return {std::move(probability), std::move(error)};
  }

 private:
  template <tensor_value T>
  void renew(persistent_state<T>& state, rng& g) const {
    using V      = typename T::value_type;
    const T xi   = normal<T>(state.position.extents(), g);  // (n, …)
    const V part = static_cast<V>(refreshment);
    if (state.momentum.extents() == state.position.extents()) {
      apply(state.momentum, xi, detail::refresh<V>{math::sqrt(1 - part), math::sqrt(part)});
      apply(state.decider, detail::move_around<V>{part / 2});
    } else {
      state.momentum = xi;
      state.decider  = uniform<T>({state.position.extent(0)}, -1, 1, g);
    }
  }
};

}  // namespace jem::inline v0
