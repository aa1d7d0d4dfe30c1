// SPDX-License-Identifier: MIT
// How many steps a trajectory of Hamiltonian Monte Carlo has: always L, or a random number whose mean is L. All chains take the same number
// of steps. A trajectory of fixed length may return to its start, as on a normal after a period, so that chains hardly move; random lengths
// avoid this: Mackenzie, "An improved hybrid Monte Carlo method for conditional expectations" (1989); Neal (2011, arXiv:1206.1901), section
// 3.2.
#pragma once

#include <jem/core/error.hpp>
#include <jem/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace jem::inline v0 {

/// L steps.
struct fixed_length {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  /// L. Uses no random number.
  constexpr index_t operator()(index_t steps, rng&) const { return steps; }
};

/// A number of steps that is uniform on L − ⌊L/2⌋, … L + ⌊L/2⌋, new for each iteration. Its mean is L.
struct jittered_length {
  static constexpr bool row_wise = true;  ///< the number depends on no row, so all tiles of a batch draw the same one

  /// Uses one stream. Throws std::invalid_argument for more than 2³¹ steps.
  constexpr index_t operator()(index_t steps, rng& g) const {
    if (steps > index_t{1} << 31) fail("jittered_length", "at most 2147483648 steps", std::to_string(steps));
    return steps - steps / 2 + index_below(g.next(), 0, 2 * (steps / 2) + 1);
  }
};

namespace detail {

/// Point k of the van der Corput sequence in base 2, the Halton sequence of one dimension: ½, ¼, ¾, ⅛, … for k = 1, 2, …
constexpr double halton(index_t k) {
  double result = 0;
  for (double digit = 0.5; k > 0; k /= 2, digit /= 2) result += static_cast<double>(k % 2) * digit;
  return result;
}

/// The nearest number of steps from 1 to `most`.
inline index_t nearest_steps(double wanted, index_t most) {
  return wanted < static_cast<double>(most) ? (std::max)(static_cast<index_t>(std::lround(wanted)), index_t{1}) : most;
}

}  // namespace detail

}  // namespace jem::inline v0
