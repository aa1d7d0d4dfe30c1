// SPDX-License-Identifier: MIT
// Hamiltonian Monte Carlo: new momenta p ~ N(0, 1), a trajectory of H(x, p) = E(x) + ‖p‖²/2, and a Metropolis step on the
// error of H. Duane, Kennedy, Pendleton and Roweth (1987); Neal, "MCMC using Hamiltonian dynamics" (2011, arXiv:1206.1901).
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/leapfrog.hpp>
#include <jem/sampling/metric.hpp>
#include <jem/sampling/metropolis.hpp>
#include <jem/sampling/trajectory.hpp>

#include <concepts>

namespace jem::inline v0 {

/// The proposal of Hamiltonian Monte Carlo. The defaults suit targets whose coordinates have scales near 1; `warm_up` finds better numbers.
template <class Integrator = leapfrog, class Metric = unit_metric, class Trajectory = fixed_length>
struct hamiltonian {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise =
      jem::row_wise<Integrator> && jem::row_wise<Metric> && jem::row_wise<Trajectory>;  ///< see core/concepts.hpp

  positive<"hamiltonian", "step_size"> step_size = 0.1f;  ///< ε > 0, in units of the metric
  at_least<"hamiltonian", "steps", 1> steps      = 10;    ///< L ≥ 1, steps of a trajectory
  Integrator integrate{};                                 ///< moves (x, p) by a number of steps
  Metric metric{};                                        ///< the scales of the coordinates
  Trajectory trajectory{};                                ///< the number of steps of the next trajectory, from L

  /// Sets `to` to the end of a trajectory. Returns K(p) − K(p′) (n), with K(p) = ‖p‖²/2.
  template <tensor_value T, differentiable_energy<T> E>
  T propose(const E& e, const point<T>& from, point<T>& to, rng& g) const {
    const index_t length = trajectory(steps, g);
    T momentum           = normal<T>(from.position.extents(), g);
    return follow(e, from, to, momentum, length);
  }

  /// The same for given momenta (n, …) and a given number of steps; the momenta are then those at the end, not negated.
  template <tensor_value T, differentiable_energy<T> E>
  T follow(const E& e, const point<T>& from, point<T>& to, T& momentum, index_t length) const {
    to = from;
    return move(e, to, momentum, length);
  }

  /// The same in place.
  template <tensor_value T, differentiable_energy<T> E>
  T move(const E& e, point<T>& at, T& momentum, index_t length) const {
    T kinetic = row_dots(momentum, momentum);
    if constexpr (std::same_as<Metric, unit_metric>) {
      integrate(e, at, momentum, step_size, length);
    } else {
      integrate(e, at, momentum, step_size, length, metric);
    }
    add_scaled(kinetic, -1, row_dots(momentum, momentum));
    scale(kinetic, 0.5f);
    return kinetic;
  }
};

/// Hamiltonian Monte Carlo: hmc{{.step_size = ε, .steps = L}}.
using hmc = metropolis<hamiltonian<leapfrog>>;

}  // namespace jem::inline v0
