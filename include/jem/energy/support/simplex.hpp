// SPDX-License-Identifier: MIT
// Probabilities x₁, …, x_n > 0 with sum 1 from n − 1 free numbers, by breaking a stick: xᵢ is the share zᵢ of what is left, rᵢ.
//
//     zᵢ = 1 / (1 + (n − i)·exp(−uᵢ)),   xᵢ = rᵢ·zᵢ,   rᵢ₊₁ = rᵢ·(1 − zᵢ),   r₁ = 1,   x_n = r_n
//     ln |det ∂(x₁, …, x_n₋₁)/∂u| = Σᵢ ln rᵢ + ln zᵢ + ln(1 − zᵢ)
//
// With the factor n − i, u = 0 is the centre of the simplex. This is the transform of Stan (Betancourt, "Cruising the simplex", 2010,
// arXiv:1010.3436; Stan Reference Manual, "Unit simplex").
#pragma once

#include <jem/energy/support/scalar.hpp>

#include <string>

namespace jem::inline v0::support {

/// x₁ + … + x_n = 1, all positive.
struct simplex {
  /// n − 1
  static constexpr index_t free_size(index_t n) { return n - 1; }

  /// x(u), u of n − 1 and x of n numbers. Returns ln |det ∂(x₁, …, x_n₋₁)/∂u|. Where xᵢ would be 0 it is the smallest normal number.
  template <class T>
  constexpr T constrain(const T* u, T* x, index_t n) const {
    T rest = 1, log_rest = 0, log_jacobian = 0;  // the logarithm is summed apart: the rest itself may vanish
    for (index_t i = 0; i + 1 < n; ++i) {
      const T v        = centred(u[i], n - 1 - i);
      const T log_left = -math::softplus(v);
      log_jacobian += log_rest - math::softplus(-v) + log_left;
      log_rest += log_left;
      x[i] = seen(rest * math::sigmoid(v));
      rest *= math::sigmoid(-v);
    }
    x[n - 1] = seen(rest);
    return log_jacobian;
  }

  /// grad = (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u|; g has n and grad n − 1 numbers.
  template <class T>
  constexpr void pull_back(const T* u, const T* g, T* grad, index_t n) const {
    T rest = 1;
    for (index_t i = 0; i + 1 < n; ++i) {
      grad[i] = rest;  // is needed on the way back
      rest *= math::sigmoid(-centred(u[i], n - 1 - i));
    }
    T of_rest = g[n - 1] * seen(rest);  // the derivative by ln rᵢ₊₁
    for (index_t i = n - 2; i >= 0; --i) {
      const T v = centred(u[i], n - 1 - i), share = math::sigmoid(v), left = math::sigmoid(-v);
      const T of_x = g[i] * seen(grad[i] * share);  // the derivative by ln xᵢ
      grad[i]      = of_x * left - of_rest * share - (left - share);
      of_rest += of_x - T(1);
    }
  }

  /// u(x), which is not finite where an element is not positive or the sum is not 1, up to rounding.
  template <class T>
  constexpr void unconstrain(const T* x, T* u, index_t n) const {
    T sum = x[n - 1];
    for (index_t i = n - 2; i >= 0; --i) {
      u[i] = math::log(x[i]) - math::log(sum) + log_of<T>(n - 1 - i);
      sum += x[i];
    }
    constexpr T tolerance = std::is_same_v<T, float> ? T(1e-4) : T(1e-8);
    if (!(sum > T(1) - tolerance && sum < T(1) + tolerance)) u[0] = std::numeric_limits<T>::quiet_NaN();
  }

  /// Throws std::invalid_argument for fewer than two numbers.
  static void check(index_t n) { expect_at_least("simplex", "count", 2, n); }

  static std::string expected() { return "positive with sum 1"; }  ///< "[unconstrain] expected w to be positive with sum 1 …"

 private:
  template <class T>
  static constexpr T log_of(index_t n) {
    return math::log(static_cast<T>(n));
  }

  template <class T>
  static constexpr T centred(T u, index_t others) {
    return u - log_of<T>(others);
  }

  template <class T>
  static constexpr T seen(T x) {
    return detail::within(x, (std::numeric_limits<T>::min)(), T(1));
  }
};

}  // namespace jem::inline v0::support
