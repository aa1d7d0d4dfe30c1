// SPDX-License-Identifier: MIT
// A Langevin step as a proposal, x′ = x − ε∇E(x) + √(2ε)·ξ: with the Metropolis step on top it is MALA, which leaves e^(−E)
// exactly invariant. Roberts and Tweedie (1996); Besag (1994).
#pragma once

#include <jem/sampling/metropolis.hpp>

namespace jem::inline v0 {

struct langevin {
  static constexpr bool needs_gradient = true;

  float step_size;  ///< ε

  /// log q(x|x′) − log q(x′|x) = ½‖ξ‖² − ‖x − x′ + ε∇E(x′)‖² / 4ε. One gradient. Throws std::invalid_argument
  /// unless the step size is positive.
  template <tensor_value T, differentiable_energy<T> E>
  T propose(const E& e, const point<T>& from, point<T>& to, rng& g) const {
    if (!(step_size > 0)) fail("langevin", "a step size > 0", std::to_string(step_size));
    const auto root = math::sqrt(2 * step_size);
    const T xi      = normal<T>(from.position.extents(), g);
    T back          = root * xi;                        // x′ − x, then minus the way back
    add_scaled(back, -step_size, from.gradient);
    to.position = from.position + back;
    to.gradient = T(from.position.extents());
    to.energy   = e.value_and_grad(to.position, to.gradient);
    add_scaled(back, -step_size, to.gradient);
    T ratio = row_dots(xi, xi);
    scale(ratio, 0.5f);
    add_scaled(ratio, -1 / (4 * step_size), row_dots(back, back));
    return ratio;
  }
};

/// The Metropolis-adjusted Langevin algorithm.
using mala = metropolis<langevin>;

}  // namespace jem::inline v0
