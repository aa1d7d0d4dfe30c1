// SPDX-License-Identifier: MIT
// The diagonal metric of a warm-up, learned in windows that grow. At the end of a window the scale of each coordinate becomes
//
//     s = (Var x / Var ∂E/∂x)^¼
//
// with variances pooled over the chains and the draws of the window. For a normal coordinate this is the standard deviation, even if the
// draws are few or not yet where they belong. It is the diagonal metric of least Fisher divergence, that of nutpie (Seyboldt, Carlson and
// Carpenter 2026, "Preconditioning Hamiltonian Monte Carlo by minimizing Fisher divergence"). Windows like those of Stan (Carpenter et al.
// 2017, doi:10.18637/jss.v076.i01).
#pragma once

#include <jem/sampling/column_moments.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/sampling/metric.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace jem::inline v0 {

namespace detail {

/// The iterations after which the metric changes: each window is `growth` times as long as the one before, and the last one ends before the
/// last fifth of the iterations.
inline std::vector<index_t> ends_of_windows(index_t steps, index_t first, double growth) {
  std::vector<index_t> ends;
  const double last = static_cast<double>(steps - steps / 5);
  double end = static_cast<double>(first), length = end;
  for (; end + growth * length <= last; end += length) {
    ends.push_back(static_cast<index_t>(end));
    length *= growth;
  }
  ends.push_back(steps - steps / 5);
  return ends;
}

}  // namespace detail

/// The scales, and the moments of the window in progress.
template <tensor_value T>
class metric_windows {
 public:
  /// Starts with given scales (d).
  explicit metric_windows(std::vector<double> scales) : scales_(std::move(scales)) { upload(); }

  /// Adds the positions and gradients of all chains.
  void add(const point<T>& state) {
    positions_.add(state.position);
    gradients_.add(state.gradient);
  }

  /// Ends a window: changes the scales, and returns old / new (d). A coordinate without a variance keeps its scale. Estimates from `count`
  /// rows move the logarithm of s² by count/(count + 5) of the way, as Stan regularises them, but towards the scale before.
  std::vector<double> finish() {
    without_       = 0;
    const auto old = scales_, x = positions_.variance(), slope = gradients_.variance();
    const auto count = static_cast<double>(positions_.count());
    for (std::size_t j = 0; j < old.size(); ++j) {
      const double found = std::sqrt(std::sqrt(x[j] / slope[j])), usable = found > 0 && std::isfinite(found) ? found : std::sqrt(x[j]);
      if (!(usable > 0 && std::isfinite(usable))) {
        ++without_;
        continue;
      }
      scales_[j] = std::clamp(old[j] * std::pow(usable / old[j], count / (count + 5)), 1e-18, 1e18);
    }
    std::vector<double> ratio(old);
    for (std::size_t j = 0; j < old.size(); ++j) ratio[j] /= scales_[j];
    positions_ = {}, gradients_ = {};
    upload();
    return ratio;
  }

  /// The positions x (n, …) in the coordinates of the metric, (n, d), centred on the mean of these chains or on that of the window.
  T whitened(const T& x, bool by_window) const {
    if (by_window && positions_.count() > 0) return detail::whitened(detail::as_matrix(x), uploaded(positions_.mean()), inverse_);
    column_moments<T> now;
    now.add(x);
    return detail::whitened(detail::as_matrix(x), uploaded(now.mean()), inverse_);
  }

  index_t without_variance() const { return without_; }          ///< coordinates that kept their scale at the end of the last window
  const std::vector<double>& scales() const { return scales_; }  ///< (d)
  const T& scale() const { return scale_; }                      ///< (d): the same on the backend
  const T& inverse() const { return inverse_; }                  ///< (d): 1/s

 private:
  using value = typename T::value_type;

  static T uploaded(const std::vector<double>& numbers) {
    return T({std::ssize(numbers)}, std::vector<value>(numbers.begin(), numbers.end()));
  }

  void upload() {
    scale_   = uploaded(scales_);
    inverse_ = map(scale_, op::divide_by_it<value>{1});
  }

  std::vector<double> scales_;
  column_moments<T> positions_, gradients_;
  T scale_, inverse_;  // (d)
  index_t without_ = 0;
};

}  // namespace jem::inline v0
