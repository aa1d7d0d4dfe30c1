// SPDX-License-Identifier: MIT
// The Metropolis–Hastings step, written once: propose, then accept with probability
//
//     min(1, exp(E(x) − E(x′) + log q(x|x′) − log q(x′|x)))
//
// Metropolis et al. (1953), Hastings (1970). A proposal whose ratio is NaN is rejected. Energies are compared in the elements of the
// tensor: at a level of 10⁸ a float knows them to within 4. Leave constants out of energies, or sample in double.
#pragma once

#include <jem/core/math.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

namespace detail {

struct acceptance_probability {
  template <class V>
  constexpr V operator()(V error) const {  // energy error → min(1, e^(−error)); 0 for NaN
    return error <= V(0) ? V(1) : (error > V(0) ? math::exp(-error) : V(0));
  }
};

}  // namespace detail

template <class Proposal>
struct metropolis {
  static constexpr bool needs_gradient = requires { requires Proposal::needs_gradient; };
  static constexpr bool row_wise       = jem::row_wise<Proposal>;  ///< see core/concepts.hpp

  Proposal proposal;  ///< langevin, hamiltonian, or one of one's own

  /// Evaluates the energy, and its gradient if the proposal uses it.
  template <tensor_value T, energy<T> E>
  point<T> init(const E& e, const T& x) const {
    point<T> start{x, T{}, T{}};
    if constexpr (needs_gradient) {
      start.gradient = T(x.extents());
      start.energy   = e.value_and_grad(x, start.gradient);
    } else {
      start.energy = e.value(x);
    }
    return start;
  }

  /// One proposal for each chain; the info has its acceptance probability and energy error. Throws what
  /// the proposal throws.
  template <tensor_value T, energy<T> E>
    requires jem::proposal<Proposal, E, T>
  transition_info<T> step(const E& e, point<T>& state, rng& g) const {
    point<T> to;
    const T correction = proposal.propose(e, state, to, g);  // (n)
    T error            = to.energy - state.energy - correction;
    T probability      = map(error, detail::acceptance_probability{});
    const T accepted   = happens(probability, g);
    choose_rows(state.position, to.position, accepted);
    choose_rows(state.energy, to.energy, accepted);
    if constexpr (needs_gradient) choose_rows(state.gradient, to.gradient, accepted);
    return {std::move(probability), std::move(error)};
  }
};

}  // namespace jem::inline v0
