// SPDX-License-Identifier: MIT
// Compares the gradient of an energy, which may be written by hand, with central differences of fourth order
//
//     ∂E/∂xⱼ ≈ (8·(E(x + hⱼ) − E(x − hⱼ)) − (E(x + 2hⱼ) − E(x − 2hⱼ))) / 12h,   h = ε^(1/5)·max(1, |xⱼ|)
//
// with ε the spacing of numbers at 1 (Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 25.3.21):
//
//     const auto worst = jem::check_gradient(energy, x);
//     if (worst.error > 1e-6) std::cout << to_string(worst);
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/concat.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace jem::inline v0 {

/// Where a gradient differs most from differences.
struct gradient_check {
  double error          = 0;   ///< |by_energy − by_differences| / max(1, |by_differences|); infinity if one of them is not finite
  index_t row           = -1;  ///< of the batch; −1 if there are no coordinates
  index_t coordinate    = -1;  ///< in the row
  double by_energy      = 0;   ///< ∂E/∂x from value_and_grad
  double by_differences = 0;   ///< from differences of value

  /// "error 0.5 in row 0, coordinate 3: 1.5 by the energy, 3 by differences"
  friend std::string to_string(const gradient_check& worst) {
    const auto written = [](double x) {
      char text[32];
      std::snprintf(text, sizeof text, "%.9g", x);
      return std::string(text);
    };
    return concat("error ", written(worst.error), " in row ", worst.row, ", coordinate ", worst.coordinate, ": ", written(worst.by_energy),
                  " by the energy, ", written(worst.by_differences), " by differences");
  }
};

/// The largest difference over all coordinates of x (n, …). A right gradient has errors of some 1e-10 in double and 1e-4 in float, times
/// the size of E where that is large, and more where E bends within h. value is called four times for each coordinate of a row; `step`
/// replaces h, if it is not 0.
template <tensor_value T, differentiable_energy<T> E>
gradient_check check_gradient(const E& e, const T& x, double step = 0) {
  using V = typename T::value_type;
  T grad(x.extents());
  (void)e.value_and_grad(x, grad);
  const auto at = x.to_vector(), given = grad.to_vector();
  const auto size     = static_cast<std::size_t>(x.extents().row_size());
  const double reach  = step > 0 ? step : std::pow(static_cast<double>(std::numeric_limits<V>::epsilon()), 0.2);
  const auto moved_by = [&](std::size_t j, std::vector<V>& to, double steps) {
    for (std::size_t k = j; k < at.size(); k += size)
      to[k] = static_cast<V>(at[k] + steps * reach * (std::max)(1.0, std::abs(double(at[k]))));
    return e.value(T(x.extents(), to)).to_vector();
  };
  gradient_check worst;
  for (std::size_t j = 0; j < size && !at.empty(); ++j) {
    auto to       = at;
    const auto up = moved_by(j, to, 1), down = moved_by(j, to, -1), far_up = moved_by(j, to, 2), far_down = moved_by(j, to, -2);
    for (std::size_t i = 0; i < up.size(); ++i) {
      const double h      = reach * (std::max)(1.0, std::abs(double(at[i * size + j])));
      const double slope  = (8 * (double(up[i]) - double(down[i])) - (double(far_up[i]) - double(far_down[i]))) / (12 * h);
      const double by_e   = given[i * size + j];
      const double misses = std::abs(by_e - slope) / (std::max)(1.0, std::abs(slope));
      const double error  = std::isfinite(misses) ? misses : std::numeric_limits<double>::infinity();
      if (worst.row < 0 || error > worst.error) worst = {error, index_t(i), index_t(j), by_e, slope};
    }
  }
  return worst;
}

}  // namespace jem::inline v0
