// SPDX-License-Identifier: MIT
// An energy from a plain function of D numbers: its gradient comes from dual numbers. For energies of your own with
// few dimensions; the cost grows with D².
#pragma once

#include <jem/energy/dual.hpp>
#include <jem/tensor/rows.hpp>

#include <utility>

namespace jem::inline v0 {

namespace detail {

template <int D, class F>
struct pointwise_row {
  F f;

  template <class V>
  constexpr V operator()(const V* x) const {
    return call<0>(x, std::make_index_sequence<static_cast<std::size_t>(D)>{}).value;
  }

  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    const auto energy = call<D>(x, std::make_index_sequence<static_cast<std::size_t>(D)>{});
    for (int j = 0; j < D; ++j) gradient[j] = energy.partial[static_cast<std::size_t>(j)];
    return energy.value;
  }

 private:
  template <int P, class V, std::size_t... J>
  constexpr dual<V, P> call(const V* x, std::index_sequence<J...>) const {
    return f(dual<V, P>::variable(x[J], static_cast<int>(J))...);
  }
};

}  // namespace detail

/// An energy from a function of D numbers, whose gradient comes from dual numbers: the type that `pointwise` returns.
template <int D, class F>
struct pointwise_energy {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  F function;  ///< a function of D dual numbers

  /// (n, D) → (n)
  template <tensor_value T>
  T value(const T& x) const {
    expect_shape("pointwise", shape{x.extent(0), D}, x.extents());
    return map_rows(x, detail::pointwise_row<D, F>{function});
  }

  /// (n, D) → (n), grad = ∂E/∂x (n, D)
  template <tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    expect_shape("pointwise", shape{x.extent(0), D}, x.extents());
    if (!(grad.extents() == x.extents())) grad = T(x.extents());
    return map_rows(x, grad, detail::pointwise_row<D, F>{function});
  }
};

/// E(x) = f(x₁, …, x_D). f is a functor with a generic constexpr operator(); it is called with dual numbers, which have + − * / and
/// square, exp, log, sqrt, abs, tanh, sigmoid, softplus, sin, cos, pow and the other functions of energy/dual.hpp. A function of more
/// numbers, which takes a pointer to them, has its gradient from dual_energy.
template <int D, class F>
  requires(D > 0)
constexpr pointwise_energy<D, F> pointwise(F f) {
  return {std::move(f)};
}

}  // namespace jem::inline v0
