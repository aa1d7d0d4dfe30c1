// SPDX-License-Identifier: MIT
// The leapfrog integrator of Hamilton's equations with unit mass, also called Störmer–Verlet in its kick–drift–kick form:
// reversible, volume-preserving, of second order. It is not the "leapfrog" of staggered time steps, whose momenta belong to half steps.
#pragma once

#include <jem/sampling/kernel.hpp>
#include <jem/sampling/metric.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// p ← p + kick·∇E, x ← x + drift·p
template <class V>
struct kick_and_drift {
  V kick, drift;

  constexpr void operator()(V& p, V& x, V slope) const {
    p += kick * slope;
    x += drift * p;
  }
};

/// The same in coordinates x/s: p ← p + kick·s·∇E, x ← x + drift·s·p
template <class V>
struct scaled_kick_and_drift {
  V kick, drift;

  constexpr void operator()(V& p, V& x, V slope, V s) const {
    p += kick * (s * slope);
    x += drift * (s * p);
  }
};

/// p ← p + kick·s·∇E
template <class V>
struct scaled_kick {
  V kick;

  constexpr void operator()(V& p, V slope, V s) const { p += kick * (s * slope); }
};

}  // namespace detail

struct leapfrog {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  /// Moves (x, p) by `steps` steps of size ε. `at` has position, energy and gradient of the start, and then those of the end.
  /// It evaluates one gradient per step, since the last kick of a step and the first kick of the next one are done together.
  template <tensor_value T, differentiable_energy<T> E>
  void operator()(const E& e, point<T>& at, T& momentum, float step_size, index_t steps) const {
    using V = typename T::value_type;
    if (steps < 1) return;
    apply(momentum, at.position, at.gradient, detail::kick_and_drift<V>{-step_size / 2, step_size});
    for (index_t i = 1; i < steps; ++i) {
      gradient_of(e, at.position, at.gradient);
      apply(momentum, at.position, at.gradient, detail::kick_and_drift<V>{-step_size, step_size});
    }
    at.energy = e.value_and_grad(at.position, at.gradient);
    add_scaled(momentum, -step_size / 2, at.gradient);
  }

  /// The same for momenta in coordinates z = x/s. Throws std::invalid_argument unless the metric has one scale for each coordinate.
  template <tensor_value T, differentiable_energy<T> E>
  void operator()(const E& e, point<T>& at, T& momentum, float step_size, index_t steps, const diagonal_metric<T>& metric) const {
    using V = typename T::value_type;
    expect_shape("diagonal_metric", shape{at.position.extents().row_size()}, shape{metric.scale.size()});
    if (steps < 1) return;
    apply_columns(momentum, at.position, at.gradient, metric.scale, detail::scaled_kick_and_drift<V>{-step_size / 2, step_size});
    for (index_t i = 1; i < steps; ++i) {
      gradient_of(e, at.position, at.gradient);
      apply_columns(momentum, at.position, at.gradient, metric.scale, detail::scaled_kick_and_drift<V>{-step_size, step_size});
    }
    at.energy = e.value_and_grad(at.position, at.gradient);
    apply_columns(momentum, at.gradient, metric.scale, detail::scaled_kick<V>{-step_size / 2});
  }
};

}  // namespace jem::inline v0
