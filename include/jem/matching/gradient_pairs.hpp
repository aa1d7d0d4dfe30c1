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

namespace jem::inline v0 {

/// The pairs that gradient_matching reads, as phases::pairs and phases::pairs_by.
template <tensor_value T>
struct gradient_pairs {
  T x;         // (2n, …): x̃ + h·r, then x̃ − h·r
  pairing by;  ///< how they were made
};

/// The pairs of an energy at these points. `reach` is the root mean square of the numbers in h·r: with a small one the difference is lost
/// in rounding, with a large one the two points leave the neighbourhood of x̃; .02 to .2 does for images in [−1, 1]. Throws
/// std::invalid_argument unless it is above 0.
template <class Energy, tensor_value T>
  requires differentiable_energy<Energy, T>
gradient_pairs<T> pairs_of(const Energy& energy, const gradient_targets<T>& targets, double reach = 0.1) {
  if (!(reach > 0)) fail("pairs_of", "a reach above 0", std::to_string(reach));
  const index_t numbers = targets.x.extents().row_size();
  T residual(targets.x.extents());
  gradient_of(energy, targets.x, residual);
  add_scaled(residual, -1, targets.t);
  const double rms = norm(residual) / std::sqrt(static_cast<double>(targets.x.size()));
  const double h   = reach / (std::max)(rms, 1e-12);  // for r = 0 the two points of a pair are equal
  T above = targets.x, below = targets.x;
  add_scaled(above, static_cast<typename T::value_type>(h), residual);
  add_scaled(below, static_cast<typename T::value_type>(-h), residual);
  return {concatenate(above, below), {1 / (static_cast<double>(numbers) * h), rms * rms}};
}

}  // namespace jem::inline v0
