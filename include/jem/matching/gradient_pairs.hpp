// SPDX-License-Identifier: MIT
// Pairs of points x̃ ± h·r with r = ∂E/∂x̃ − t. An energy learns its gradient from the difference of its values at the two points, as
// loss/gradient_matching.hpp explains. To make the pairs takes one gradient of the energy.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/loss/phases.hpp>
#include <jem/matching/path.hpp>
#include <jem/tensor/norms.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace jem::inline v0 {

/// The pairs that gradient_matching reads, as phases::pairs and phases::pairs_by.
template <tensor_value T>
struct gradient_pairs {
  T x;         // (2n, …): x̃ + h·r, then x̃ − h·r
  pairing by;  ///< how they were made
};

namespace detail {

/// x + h·r and x − h·r, joined, with h such that the numbers in h·r have the root mean square `reach`.
template <tensor_value T>
struct points_along {
  T x;                // (2n, …)
  double h      = 0;  // where r is 0, the points of a pair are one
  double square = 0;  // mean of r²

  /// Of (n, …) each. Throws std::invalid_argument unless the reach is above 0.
  points_along(const char* where, const T& at, const T& r, double reach) {
    using V = typename T::value_type;
    if (!(reach > 0)) fail(where, "a reach above 0", std::to_string(reach));
    const double rms = norm(r) / std::sqrt(static_cast<double>(at.size()));
    h                = reach / (std::max)(rms, 1e-12);
    square           = rms * rms;
    T above = at, below = at;
    add_scaled(above, static_cast<V>(h), r);
    add_scaled(below, static_cast<V>(-h), r);
    x = concatenate(above, below);
  }
};

}  // namespace detail

/// The pairs of an energy at these points. `reach` is the root mean square of the numbers in h·r: with a small one the difference is lost
/// in rounding, with a large one the two points leave the neighbourhood of x̃; .02 to .2 does for images in [−1, 1]. Throws
/// std::invalid_argument unless it is above 0.
template <class Energy, tensor_value T>
  requires differentiable_energy<Energy, T>
gradient_pairs<T> pairs_of(const Energy& energy, const gradient_targets<T>& targets, double reach = 0.1) {
  const index_t numbers = targets.x.extents().row_size();
  T residual(targets.x.extents());
  gradient_of(energy, targets.x, residual);
  add_scaled(residual, -1, targets.t);
  detail::points_along<T> points("pairs_of", targets.x, residual, reach);
  return {std::move(points.x), {1 / (static_cast<double>(numbers) * points.h), points.square}};
}

}  // namespace jem::inline v0
