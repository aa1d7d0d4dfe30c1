// SPDX-License-Identifier: MIT
// Chains can only start where the energy and its gradient are finite. The message names those that do not.
#pragma once

#include <jem/core/error.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0 {

namespace detail {

/// 0 for a finite number, else NaN.
struct finite_or_nan {
  template <class V>
  constexpr V operator()(V x) const {
    return x - x;
  }
};

/// "3, 5 and 7 others of 64 chains": the numbers of the chains with values that are not finite, at most six; empty if there are none.
template <class V>
std::string names_of_not_finite(const std::vector<V>& values) {
  std::string names;
  index_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]) && ++count <= 6) names += (count > 1 ? ", " : "") + std::to_string(i);
  }
  if (count == 0) return {};
  if (count == std::ssize(values)) return concat("all ", count, " chains");
  return concat(count > 1 ? "chains " : "chain ", names, count > 6 ? concat(" and ", count - 6, " others") : "", ", counted from 0");
}

}  // namespace detail

/// Throws std::invalid_argument, with the numbers of the chains, unless there is a chain, and energies and gradients of all are finite.
template <tensor_value T>
void expect_finite_start(std::string_view where, const point<T>& start) {
  if (start.position.extents().rank() < 2) fail(where, "a start (n, d)", to_string(start.position.extents()));
  if (start.position.size() == 0) fail(where, "at least one chain and one coordinate", to_string(start.position.extents()));
  const auto energies = start.energy.to_vector();
  const auto unusable = detail::names_of_not_finite(energies);
  if (!unusable.empty()) {
    const auto wrong = std::ranges::find_if(energies, [](auto energy) { return !std::isfinite(energy); });
    fail(where, "a finite energy at each start", concat(std::to_string(*wrong), " for ", unusable));
  }
  const auto steep = detail::names_of_not_finite(row_sums(map(start.gradient, detail::finite_or_nan{})).to_vector());
  if (!steep.empty()) fail(where, "a finite gradient at each start", concat("one that is not for ", steep));
}

}  // namespace jem::inline v0
