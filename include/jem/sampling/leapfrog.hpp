// SPDX-License-Identifier: MIT
// The leapfrog integrator of Hamilton's equations with unit mass, also called Störmer–Verlet in its kick–drift–kick form:
// reversible, volume-preserving, of second order. Not the "leapfrog" of staggered time steps, whose momenta live half a step away.
#pragma once

#include <jem/sampling/kernel.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

struct leapfrog {
  /// Moves (x, p) by `steps` steps of size ε; `at` holds position, energy and gradient and is left holding those of the end.
  /// One gradient a step: kicks of two neighbouring steps are one.
  template <tensor_value T, differentiable_energy<T> E>
  void operator()(const E& e, point<T>& at, T& momentum, float step_size, index_t steps) const {
    if (steps < 1) return;
    add_scaled(momentum, -step_size / 2, at.gradient);
    for (index_t i = 1; i <= steps; ++i) {
      add_scaled(at.position, step_size, momentum);
      at.energy = e.value_and_grad(at.position, at.gradient);
      add_scaled(momentum, i < steps ? -step_size : -step_size / 2, at.gradient);
    }
  }
};

}  // namespace jem::inline v0
