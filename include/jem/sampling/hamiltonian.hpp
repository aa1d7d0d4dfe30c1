// SPDX-License-Identifier: MIT
// Hamiltonian Monte Carlo: new momenta p ~ N(0, 1), a trajectory of H(x, p) = E(x) + ‖p‖²/2, and a Metropolis step on the
// error of H. Duane, Kennedy, Pendleton and Roweth (1987); Neal, "MCMC using Hamiltonian dynamics" (2011, arXiv:1206.1901).
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/leapfrog.hpp>
#include <jem/sampling/metropolis.hpp>

namespace jem::inline v0 {

template <class Integrator = leapfrog>
struct hamiltonian {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise       = jem::row_wise<Integrator>;  ///< see core/concepts.hpp

  positive<"hamiltonian", "step_size"> step_size;  ///< ε > 0
  at_least<"hamiltonian", "steps", 1> steps = 10;  ///< L ≥ 1, steps of a trajectory
  Integrator integrate{};                          ///< moves (x, p) by L steps

  /// Sets `to` to the end of a trajectory. Returns K(p) − K(p′) (n), with K(p) = ‖p‖²/2.
  template <tensor_value T, differentiable_energy<T> E>
  T propose(const E& e, const point<T>& from, point<T>& to, rng& g) const {
    T momentum = normal<T>(from.position.extents(), g);
    T kinetic  = row_dots(momentum, momentum);
    to         = from;
    integrate(e, to, momentum, step_size, steps);
    add_scaled(kinetic, -1, row_dots(momentum, momentum));
    scale(kinetic, 0.5f);
    return kinetic;
  }
};

/// Hamiltonian Monte Carlo: hmc{{.step_size = ε, .steps = L}}.
using hmc = metropolis<hamiltonian<leapfrog>>;

}  // namespace jem::inline v0
