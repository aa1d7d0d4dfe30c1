// SPDX-License-Identifier: MIT
// The metric of Hamiltonian dynamics, which says how far the coordinates reach. With a diagonal metric s the dynamics are those of the
// coordinates z = x/s with unit mass and momenta p ~ N(0, 1):
//
//     p ← p − ε/2·s·∇E(x),   x ← x + ε·s·p
//
// This is a mass of 1/s². The inverse mass is then the variance of a coordinate, if s is its standard deviation: Neal, "MCMC using
// Hamiltonian dynamics" (2011, arXiv:1206.1901), section 4.1.
#pragma once

#include <jem/tensor/columns.hpp>

namespace jem::inline v0 {

/// All coordinates reach equally far.
struct unit_metric {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp
};

/// One scale s > 0 for each coordinate of a row, such as its standard deviation.
template <tensor_value T>
struct diagonal_metric {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  T scale;  ///< (d), d the number of coordinates of a row, in row-major order
};

namespace detail {

/// (x − center)·inverse
struct whiten {
  template <class V>
  constexpr V operator()(V x, V center, V inverse) const {
    return (x - center) * inverse;
  }
};

/// A batch x (n, …) as a matrix (n, d), to be read.
template <tensor_value T>
view<const typename T::value_type, typename T::backend_type> as_matrix(const T& x) {
  return {x.data(), shape{x.extent(0), x.extents().row_size()}};
}

/// The rows of x (n, d) minus `center` (d), times `inverse` (d).
template <tensor_like X, tensor_value T>
T whitened(const X& x, const T& center, const T& inverse) {
  T z(x.extents());
  zip_columns(z, x, center, inverse, whiten{});
  return z;
}

}  // namespace detail

}  // namespace jem::inline v0
