// SPDX-License-Identifier: MIT
// An energy f(x) of constrained parameters as an energy of free numbers, by the change of variables x(u):
//
//     E(u) = f(x(u)) − ln |det ∂x/∂u|,   ∂E/∂u = (∂x/∂u)ᵀ·∂f/∂x − ∂/∂u ln |det ∂x/∂u|
//
// so that e⁻ᴱ is the density of u, and x(u) has the density e⁻ᶠ. (Gelman et al., Bayesian Data Analysis, 3rd edition, 2013, section 1.8;
// Carpenter et al., "Stan: A Probabilistic Programming Language", 2017, doi:10.18637/jss.v076.i01)
#pragma once

#include <jem/energy/prepared.hpp>
#include <jem/energy/variables.hpp>

#include <utility>

namespace jem::inline v0 {

/// E(u) = f(x(u)) − ln |det ∂x/∂u| for any energy f of x: on_support{parameters, f}. u is (n, F) and x is (n, D), see variables.hpp.
template <class Variables, class E>
struct on_support {
  static constexpr bool row_wise = jem::row_wise<E>;  ///< see core/concepts.hpp

  Variables parameters;  ///< the `variables` of x
  E inner;               ///< f(x)

  /// The same energy prepared for a run in which only u changes, see prepared.hpp.
  template <tensor_value T>
    requires preparable_energy<E, T>
  auto prepared(const T& u) const {
    return on_support<Variables, prepared_energy_t<E, T>>{parameters, prepared_energy(inner, parameters.constrain(u))};
  }

  /// The number of rows of the inner energy.
  index_t rows_at_once() const
    requires says_rows<E>
  {
    return inner.rows_at_once();
  }

  /// (n, F) → (n)
  template <tensor_value T>
    requires energy<E, T>
  T value(const T& u) const {
    check(u.extents());
    T log_jacobian;
    T value = inner.value(parameters.constrain(u, log_jacobian));
    add_scaled(value, -1, log_jacobian);
    return value;
  }

  /// (n, F) → (n), grad = ∂E/∂u (n, F); one gradient of f.
  template <tensor_value T>
    requires differentiable_energy<E, T>
  T value_and_grad(const T& u, T& grad) const {
    check(u.extents());
    T log_jacobian;                                     // (n)
    const T x = parameters.constrain(u, log_jacobian);  // (n, D)
    T slope(x.extents());                               // (n, D): ∂f/∂x
    T value = inner.value_and_grad(x, slope);
    parameters.pull_back(u, slope, grad);
    add_scaled(value, -1, log_jacobian);
    return value;
  }

  /// grad = ∂E/∂u (n, F), without the value.
  template <tensor_value T>
    requires differentiable_energy<E, T>
  void gradient(const T& u, T& grad) const {
    check(u.extents());
    const T x = parameters.constrain(u);  // (n, D)
    T slope(x.extents());                 // (n, D): ∂f/∂x
    gradient_of(inner, x, slope);
    parameters.pull_back(u, slope, grad);
  }

 private:
  void check(const shape& extents) const {
    const index_t n = extents.rank() > 0 ? extents[0] : 0;
    expect_shape("on_support", shape{n, parameters.free_size()}, extents);
  }
};

}  // namespace jem::inline v0
