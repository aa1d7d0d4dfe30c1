// SPDX-License-Identifier: MIT
// Everything that the draws of chains tell of themselves: estimates, their Monte Carlo standard errors, effective sample sizes and R̂, in
// one value.
//
//     const auto table = jem::metrics::summary(draws, {"mu", "tau"});    // draws (k, n, 2)
//     std::puts(to_string(table).c_str());
//     if (!table.converged()) …                                          // R̂ ≤ 1.01, ESS ≥ 400, every chain moves
//     table["tau"].mean;
//
// The measures are those of ess.hpp, mcse.hpp, rhat.hpp and nested_rhat.hpp, to the last bit: Vehtari et al. (2021,
// doi:10.1214/20-BA1221). Everything is computed in double, whatever the draws are. Each coordinate is sorted once.
#pragma once

#include <jem/metrics/mcse.hpp>
#include <jem/metrics/nested_rhat.hpp>
#include <jem/metrics/rhat.hpp>
#include <jem/metrics/stuck_chains.hpp>
#include <jem/metrics/summary_table.hpp>

namespace jem::inline v0::metrics {

namespace detail {

inline bad_draws bad_draws_of(const chain_draws& x) {
  bad_draws bad;
  for (std::size_t i = 0; !x.empty() && i < x[0].size(); ++i) {
    for (std::size_t c = 0; c < x.size(); ++c) {
      if (std::isfinite(x[c][i])) continue;
      if (bad.count++ == 0) bad.draw = static_cast<index_t>(i), bad.chain = static_cast<index_t>(c);
    }
  }
  return bad;
}

inline void set_quantiles(summary_row& row, const chain_draws& x, const std::vector<ranked_draw>& ranks) {
  std::vector<double> sorted;
  for (const auto& draw : ranks) sorted.push_back(draw.value);
  const auto set = [&](double p, double& value, double& mcse) {
    value            = sorted_quantile(sorted, p);
    const double ess = effective_size_below(x, value);
    mcse             = mcse_of_quantile(sorted, p, ess);
    return ess;
  };
  const double low = set(0.05, row.q05, row.mcse_q05), high = set(0.95, row.q95, row.mcse_q95);
  row.ess_tail = smaller_of(low, high);
  set(0.5, row.median, row.mcse_median);
}

inline summary_row row_of(std::string name, const chain_draws& x, index_t superchains) {
  summary_row row{.name = std::move(name), .bad = bad_draws_of(x)};
  if (x.empty() || x[0].empty() || row.bad.count > 0) return row;
  const auto all = pooled(x);
  row.mean       = mean(all);
  row.sd         = std::sqrt(variance(all));
  row.mcse_mean  = mcse_of_mean(x);
  row.mcse_sd    = mcse_of_sd(x);
  auto ranks     = ranking(x);
  set_quantiles(row, x, ranks);
  ranks        = split(std::move(ranks), x[0].size());
  row.ess_bulk = effective_size(normal_scores(ranks, 2 * x.size()));
  if (x[0].size() > 3) row.rhat = scale_reduction(ranks, 2 * x.size());
  if (superchains > 0) row.nested_rhat = nested_scale_reduction(x, static_cast<std::size_t>(superchains));
  return row;
}

}  // namespace detail

/// The summary of draws (k, n, …) of n chains, with a name for each coordinate in row-major order, or x[1], x[2] … without names (x for
/// draws (k, n)). If the chains are `superchains` groups of one size with a start in common each, those of a group adjacent, nested R̂ is
/// computed, and decides in place of R̂. Throws std::invalid_argument for fewer than two axes, another number of names than coordinates,
/// equal names, and a number of superchains that does not divide that of the chains.
template <tensor_value T>
draws_summary summary(const T& draws, std::vector<std::string> names = {}, index_t superchains = 0) {
  const detail::host_draws all("summary", draws);
  names = detail::coordinate_names("summary", std::move(names), all.item());
  if (superchains != 0) detail::expect_superchains("summary", all.chains(), superchains);
  draws_summary result{.rows        = {},
                       .draws       = static_cast<index_t>(all.draws()),
                       .chains      = static_cast<index_t>(all.chains()),
                       .superchains = superchains,
                       .stuck       = detail::stuck_chains(all)};
  for (std::size_t j = 0; j < all.coordinates(); ++j) result.rows.push_back(detail::row_of(names[j], all[j], superchains));
  return result;
}

}  // namespace jem::inline v0::metrics
