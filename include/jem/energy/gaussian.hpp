// SPDX-License-Identifier: MIT
// A normal distribution with independent coordinates: E(x) = Σⱼ (xⱼ − μⱼ)² / 2σⱼ².
#pragma once

#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

namespace detail {

template <class V>
struct gaussian_row {
  const V *mean, *deviation;
  index_t size;

  constexpr V operator()(const V* x) const {
    V sum{};
    for (index_t j = 0; j < size; ++j) {
      const V z = (x[j] - mean[j]) / deviation[j];
      sum += z * z;
    }
    return sum / 2;
  }

  constexpr V operator()(const V* x, V* gradient) const {
    V sum{};
    for (index_t j = 0; j < size; ++j) {
      const V z   = (x[j] - mean[j]) / deviation[j];
      gradient[j] = z / deviation[j];
      sum += z * z;
    }
    return sum / 2;
  }
};

}  // namespace detail

template <tensor_value T>
class gaussian {
 public:
  /// Means and standard deviations, (d) each. Throws std::invalid_argument unless they have equal extents.
  gaussian(T mean, T deviation) : mean_(std::move(mean)), deviation_(std::move(deviation)) {
    expect_rank("gaussian", 1, mean_.extents());
    expect_shape("gaussian", mean_.extents(), deviation_.extents());
  }

  /// (n, d) → (n)
  T value(const T& x) const { return map_rows(x, row(x)); }

  /// (n, d) → (n), grad = ∂E/∂x (n, d)
  T value_and_grad(const T& x, T& grad) const {
    if (!(grad.extents() == x.extents())) grad = T(x.extents());
    return map_rows(x, grad, row(x));
  }

 private:
  auto row(const T& x) const {
    expect_shape("gaussian", shape{x.extent(0), mean_.size()}, x.extents());
    return detail::gaussian_row<typename T::value_type>{mean_.data(), deviation_.data(), mean_.size()};
  }

  T mean_;       // (d)
  T deviation_;  // (d)
};

}  // namespace jem::inline v0
