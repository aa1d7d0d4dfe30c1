// SPDX-License-Identifier: MIT
// A normal distribution with independent coordinates: E(x) = Σⱼ (xⱼ − μⱼ)² / 2σⱼ².
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/tensor/columns.hpp>

namespace jem::inline v0 {

namespace detail {

/// The term of one coordinate, from 1/σ, since divisions are slow.
struct gaussian_energy {
  template <class V>
  constexpr V operator()(V x, V mean, V inverse) const {
    const V z = (x - mean) * inverse;
    return z * z / 2;
  }
};

struct gaussian_slope {
  template <class V>
  constexpr V operator()(V x, V mean, V inverse) const {
    return (x - mean) * inverse * inverse;
  }
};

}  // namespace detail

template <tensor_value T>
class gaussian : public made_of<T> {
 public:
  /// Means and standard deviations, (d) each. Throws std::invalid_argument unless they have equal extents.
  gaussian(T mean, const T& deviation) : mean_(std::move(mean)), inverse_(map(deviation, op::divide_by_it<typename T::value_type>{1})) {
    expect_rank("gaussian", 1, mean_.extents());
    expect_shape("gaussian", mean_.extents(), inverse_.extents());
  }

  /// (n, d) → (n)
  T value(const T& x) const {
    check(x);
    return sum_zip_columns(x, mean_, inverse_, detail::gaussian_energy{});
  }

  /// (n, d), grad = ∂E/∂x (n, d)
  void gradient(const T& x, T& grad) const {
    check(x);
    if (!(grad.extents() == x.extents())) grad = T(x.extents());
    zip_columns(grad, x, mean_, inverse_, detail::gaussian_slope{});
  }

  /// Value and gradient together.
  T value_and_grad(const T& x, T& grad) const {
    gradient(x, grad);
    return value(x);
  }

 private:
  void check(const T& x) const { expect_shape("gaussian", shape{x.extent(0), mean_.size()}, x.extents()); }

  T mean_;     // (d)
  T inverse_;  // (d): 1/σ
};

}  // namespace jem::inline v0
