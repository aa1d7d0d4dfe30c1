// SPDX-License-Identifier: MIT
// Mean and variance of numbers on the host, in double.
#pragma once

#include <limits>
#include <vector>

namespace jem::inline v0::metrics::detail {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The mean, computed in double; NaN without values.
template <class V>
double mean(const std::vector<V>& values) {
  double total = 0;
  for (const V value : values) total += static_cast<double>(value);
  return total / static_cast<double>(values.size());
}

/// The variance with divisor n − 1; NaN for fewer than two values. The first value is subtracted from all, so that the variance of equal
/// values is exactly 0.
inline double variance(const std::vector<double>& values) {
  if (values.empty()) return mean(values);
  std::vector<double> apart = values;
  for (double& value : apart) value -= values[0];
  const double center = mean(apart);
  double sum          = 0;
  for (const double value : apart) sum += (value - center) * (value - center);
  return sum / (static_cast<double>(values.size()) - 1);
}

}  // namespace jem::inline v0::metrics::detail
