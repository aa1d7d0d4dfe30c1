// SPDX-License-Identifier: MIT
// A Langevin step as a proposal, x′ = x − ε∇E(x) + √(2ε)·ξ: followed by a Metropolis step it is MALA, which leaves e^(−E)
// exactly invariant. Roberts and Tweedie (1996); Besag (1994).
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/metropolis.hpp>

namespace jem::inline v0 {

namespace detail {

/// x − ε∇E(x) + √(2ε)·ξ
template <class V>
struct langevin_move {
  V step_size, root;

  constexpr V operator()(V x, V xi, V slope) const { return x + (root * xi - step_size * slope); }
};

/// ½ξ² − (x − x′ + ε∇E(x′))² / 4ε, computed from ξ and both gradients, since x − x′ would lose digits by cancellation.
template <class V>
struct langevin_ratio {
  V step_size, root, weight;  // 1/4ε

  constexpr V operator()(V xi, V slope, V slope_there) const {
    const V back = root * xi - step_size * slope - step_size * slope_there;
    return V(0.5) * xi * xi - weight * back * back;
  }
};

}  // namespace detail

struct langevin {
  static constexpr bool needs_gradient = true;
  static constexpr bool row_wise       = true;  ///< see core/concepts.hpp

  positive<"langevin", "step_size"> step_size;  ///< ε > 0

  /// Returns log q(x|x′) − log q(x′|x) = ½‖ξ‖² − ‖x − x′ + ε∇E(x′)‖² / 4ε. Evaluates one gradient.
  template <tensor_value T, differentiable_energy<T> E>
  T propose(const E& e, const point<T>& from, point<T>& to, rng& g) const {
    using V         = typename T::value_type;
    const auto size = static_cast<V>(step_size), root = static_cast<V>(math::sqrt(2 * step_size));
    const T xi  = normal<T>(from.position.extents(), g);
    to.position = zip(from.position, xi, from.gradient, detail::langevin_move<V>{size, root});
    to.gradient = T(from.position.extents());
    to.energy   = e.value_and_grad(to.position, to.gradient);
    return sum_zip(xi, from.gradient, to.gradient, detail::langevin_ratio<V>{size, root, 1 / (4 * size)});
  }
};

/// The Metropolis-adjusted Langevin algorithm.
using mala = metropolis<langevin>;

}  // namespace jem::inline v0
