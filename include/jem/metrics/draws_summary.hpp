// SPDX-License-Identifier: MIT
// What is known of draws, a row for each coordinate, as a value for programs; summary_table.hpp writes it for people. `summary` makes one
// of draws, `running_summary` one of a run that is not kept.
#pragma once

#include <jem/core/error.hpp>
#include <jem/metrics/moments.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0::metrics {

/// Draws that are NaN or infinite.
struct bad_draws {
  index_t count = 0;            ///< how many there are
  index_t draw = 0, chain = 0;  ///< the first one, if there are any; both are counted from 0
};

/// One coordinate. NaN is what cannot be known: all of a coordinate with a draw that is not finite; ESS, R-hat and standard errors of a
/// constant one or of very few draws; nested R-hat where it was not asked for.
struct summary_row {
  std::string name;                                                                  ///< as given, or "x[1]"
  double mean      = detail::nan;                                                    ///< of all draws
  double sd        = detail::nan;                                                    ///< with divisor S − 1
  double mcse_mean = detail::nan;                                                    ///< the standard error of the mean
  double mcse_sd   = detail::nan;                                                    ///< the standard error of sd
  double q05 = detail::nan, median = detail::nan, q95 = detail::nan;                 ///< quantiles of 5, 50 and 95 %
  double mcse_q05 = detail::nan, mcse_median = detail::nan, mcse_q95 = detail::nan;  ///< their standard errors
  double ess_bulk = detail::nan, ess_tail = detail::nan;                             ///< effective sample sizes, of all chains together
  double rhat        = detail::nan;                                                  ///< rank-normalised split R-hat
  double nested_rhat = detail::nan;                                                  ///< that of nested_rhat.hpp
  bad_draws bad      = {};                                                           ///< draws that are not finite
};

/// All coordinates, in row-major order.
struct draws_summary {
  static constexpr double largest_rhat = 1.01;  ///< of chains that can be believed, Vehtari et al. (2021)
  static constexpr double smallest_ess = 400;   ///< the same: 100 for each of four chains

  std::vector<summary_row> rows;       ///< one for each coordinate
  index_t draws = 0, chains = 0;       ///< k of each chain, n
  index_t superchains        = 0;      ///< K if the chains are nested, otherwise 0
  bool streamed              = false;  ///< by running_summary.hpp, which says what differs
  std::vector<index_t> stuck = {};     ///< the chains that never move, from 0

  /// The row of a name. Throws std::invalid_argument, with the names that there are, for another one.
  const summary_row& operator[](std::string_view name) const {
    const auto row = std::ranges::find(rows, name, &summary_row::name);
    if (row != rows.end()) return *row;
    std::string known;
    for (const auto& r : rows) known += (known.empty() ? "" : ", ") + r.name;
    fail("draws_summary", "one of " + known, name);
  }

  /// R̂ or, if the chains are nested, nested R̂.
  double rhat_of(const summary_row& row) const { return superchains > 0 ? row.nested_rhat : row.rhat; }

  /// Whether R̂ of the row is at most 1.01.
  bool mixed(const summary_row& row) const { return rhat_of(row) <= largest_rhat; }

  /// Whether both effective sizes of the row are at least 400. Those of nested chains of fewer than ten draws are not known, nor asked for.
  bool enough(const summary_row& row) const {
    return (superchains > 0 && draws < 10) || (row.ess_bulk >= smallest_ess && row.ess_tail >= smallest_ess);
  }

  /// Whether nothing is known against the draws: every coordinate has R̂ ≤ 1.01 and effective sizes of at least 400 in bulk and tail, and
  /// every chain moves. Constant coordinates and NaN do not pass; nor does a summary without rows. Chains that have all missed the same
  /// mode pass: no test of draws can see it.
  bool converged() const {
    return stuck.empty() && !rows.empty() && std::ranges::all_of(rows, [this](const auto& row) { return mixed(row) && enough(row); });
  }
};

namespace detail {

/// The names of `item.size()` coordinates: those given, or x, x[1], x[1,1] …, counted from 1 as Stan does. Throws std::invalid_argument for
/// another number of names than coordinates, and for two equal ones.
inline std::vector<std::string> coordinate_names(std::string_view where, std::vector<std::string> names, const shape& item) {
  if (names.empty()) {
    for (index_t j = 0; j < item.size(); ++j) {
      std::string places;
      for (index_t axis = item.rank(), rest = j; axis-- > 0; rest /= item[axis]) {
        places = std::to_string(rest % item[axis] + 1) + (places.empty() ? "" : ",") + places;
      }
      names.push_back(places.empty() ? "x" : "x[" + places + "]");
    }
  }
  if (std::ssize(names) != item.size()) {
    fail(where, concat(item.size(), " names, one for each coordinate of a draw ", to_string(item)), std::to_string(names.size()));
  }
  auto sorted = names;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) fail(where, "different names", *twice + " twice");
  return names;
}

}  // namespace detail

}  // namespace jem::inline v0::metrics
