// SPDX-License-Identifier: MIT
// Increasing numbers x₁ < x₂ < … < x_n from free numbers u: the first is free, and the others are further by eᵘ.
//
//     x₁ = u₁,   xᵢ = xᵢ₋₁ + exp(uᵢ),   ln |det ∂x/∂u| = u₂ + … + u_n
//
// This is the transform of Stan (Stan Reference Manual, "Ordered vector").
#pragma once

#include <jem/energy/support/scalar.hpp>

namespace jem::inline v0::support {

/// x₁ < x₂ < … < x_n, for ordered categories or to tell the components of a mixture apart.
struct ordered {
  /// n
  static constexpr index_t free_size(index_t n) { return n; }

  /// x(u), both of n numbers. Returns ln |det ∂x/∂u|. Where eᵘ is too small to be seen, xᵢ is the number next to xᵢ₋₁.
  template <class T>
  constexpr T constrain(const T* u, T* x, index_t n) const {
    T log_jacobian = 0;
    x[0]           = u[0];
    for (index_t i = 1; i < n; ++i) {
      x[i] = detail::within(x[i - 1] + math::exp(u[i]), detail::next_above(x[i - 1]), detail::largest<T>);
      log_jacobian += u[i];
    }
    return log_jacobian;
  }

  /// grad = (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u|
  template <class T>
  constexpr void pull_back(const T* u, const T* g, T* grad, index_t n) const {
    T moved = 0;  // gᵢ + … + g_n: all of these move with uᵢ
    for (index_t i = n - 1; i > 0; --i) {
      moved += g[i];
      grad[i] = moved * math::exp(u[i]) - T(1);
    }
    grad[0] = moved + g[0];
  }

  /// u(x), which is not finite where x does not increase.
  template <class T>
  constexpr void unconstrain(const T* x, T* u, index_t n) const {
    u[0] = x[0];
    for (index_t i = 1; i < n; ++i) u[i] = math::log(x[i] - x[i - 1]);
  }

  static std::string expected() { return "increasing"; }  ///< "[unconstrain] expected cut to be increasing …"
};

}  // namespace jem::inline v0::support
