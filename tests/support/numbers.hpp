// SPDX-License-Identifier: MIT
// Numbers on the host for tests: those of the conformance suite, and errors in units of the last place.
#pragma once

#include <jem/conformance/numbers.hpp>

namespace test {

using jem::conformance::as, jem::conformance::largest_difference, jem::conformance::random_tensor, jem::conformance::random_values,
    jem::conformance::same_bits, jem::conformance::wave_values, jem::conformance::waves;

/// |value − exact| in units of the last place of the exact number, in float; 0 where both are NaN or the same infinity.
inline double ulps(float value, double exact) {
  const auto nearest = static_cast<float>(exact);
  if (value == nearest || (std::isnan(value) && std::isnan(exact))) return 0;
  if (!std::isfinite(value) || !std::isfinite(nearest)) return std::numeric_limits<double>::infinity();
  const float above = std::nextafter(std::abs(nearest), std::numeric_limits<float>::infinity());
  return std::abs(static_cast<double>(value) - exact) / static_cast<double>(above - std::abs(nearest));
}

}  // namespace test
