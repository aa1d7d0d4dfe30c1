// SPDX-License-Identifier: MIT
// A summary of a run whose draws are not kept: an observer for `evolve`, `advance` or `sample`.
//
//     jem::metrics::running_summary seen({"mu", "tau"});
//     jem::evolve(kernel, energy, start, 1'000'000, rng, seen);
//     std::puts(to_string(seen.result()).c_str());
//
// It sees every step: burn in before, with `evolve` or `advance`. Ranks need all draws, so what follows differs from `summary`, and
// `draws_summary::streamed` says so:
//
//   - ess_bulk is that of the mean, ess_tail that of (x − mean)², both by batch means (batch_means.hpp), as are the errors of mean and sd.
//   - R̂ is that of Gelman and Rubin (1992) of the halves of chains, neither ranked nor folded: it sees no difference of width, and means
//     nothing for a distribution without a variance. Halves are made of whole batches; the last one, if it is not full, is in neither.
//   - Quantiles are those of a sketch (quantile_sketch.hpp) of all chains; their ranks are right to `rank_error`. Their errors are computed
//     with ess_bulk for the median, with ess_tail for the others, and leave out the error of the sketch.
//
// Memory grows with the logarithm of the length k only: for n chains of d numbers it is about 40·max(16, 256/n) bytes for each of n·d
// numbers and 8 KiB·(1 + log₂(n·k/1024)) for each of d. A step takes some 0.1 µs for each number.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/metrics/batch_means.hpp>
#include <jem/metrics/beta_quantile.hpp>
#include <jem/metrics/quantile_sketch.hpp>
#include <jem/metrics/summary_table.hpp>

#include <utility>

namespace jem::inline v0::metrics {

class running_summary {
 public:
  /// Names as those of `summary`.
  explicit running_summary(std::vector<std::string> names = {}) : names_(std::move(names)) {}

  /// The observer's call: adds the positions of a state.
  template <class S, class Info>
  void operator()(index_t, const S& state, const Info&) {
    add(state.position);
  }

  /// Adds a draw of each of n chains, (n, …). Throws std::invalid_argument for another shape than before, for positions without axes, and
  /// for names that do not fit.
  template <tensor_value T>
  void add(const T& position) {
    const auto values = position.to_vector();
    std::vector<double> x(values.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(values[i]);
    add(position.extents(), x);
  }

  draws_summary result() const;                                                            ///< of the draws so far
  double rank_error() const { return sketches_.empty() ? 0 : sketches_[0].rank_error(); }  ///< a bound for the ranks of all quantiles

 private:
  void begin(const shape& extents, const std::vector<double>& x) {
    if (extents.rank() < 1) fail("running_summary", "positions (n, …) of n chains", to_string(extents));
    shape item;
    for (index_t axis = 1; axis < extents.rank(); ++axis) item.push_back(extents[axis]);
    names_          = detail::coordinate_names("running_summary", std::move(names_), item);
    extents_        = extents;
    const auto n    = (std::max)(extents[0], index_t{1});
    const auto most = (std::max)(index_t{16}, 256 / n / 2 * 2);
    series_.assign(x.size(), batch_means(most));
    sketches_.assign(names_.size(), quantile_sketch());
    bad_.assign(names_.size(), {});
    first_ = x;
    moved_.assign(static_cast<std::size_t>(extents[0]), false);
  }

  void add(const shape& extents, const std::vector<double>& x) {
    if (draws_ == 0) begin(extents, x);
    expect_shape("running_summary", extents_, extents);
    const std::size_t d = names_.size();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / d, j = i % d;
      if (!(x[i] == first_[i] || (std::isnan(x[i]) && std::isnan(first_[i])))) moved_[c] = true;
      if (!std::isfinite(x[i])) {
        if (bad_[j].count++ == 0) bad_[j].draw = draws_, bad_[j].chain = static_cast<index_t>(c);
      } else if (bad_[j].count == 0) {
        series_[i].add(x[i]);
        sketches_[j].add(x[i]);
      }
    }
    ++draws_;
  }

  summary_row row(std::size_t j) const;
  static double mcse_of_quantile(const quantile_sketch& sketch, double p, double ess);

  std::vector<std::string> names_;
  shape extents_;
  index_t draws_ = 0;
  std::vector<batch_means> series_;        // [chain][coordinate]
  std::vector<quantile_sketch> sketches_;  // [coordinate], of all chains
  std::vector<bad_draws> bad_;             // [coordinate]
  std::vector<double> first_;              // the first draw of each chain
  std::vector<bool> moved_;                // [chain]
};

namespace detail {

/// R̂ of the halves of chains, from batches. NaN for fewer than two full batches.
inline double scale_reduction(const std::vector<const batch_means*>& chains) {
  streaming_moments means, variances;
  double n = 0;
  for (const auto* chain : chains) {
    const std::size_t all = chain->batches().size(), half = all / 2;
    for (const auto& part : {chain->joined(0, half), chain->joined(all - half, all)}) {
      means.add(part.mean()), variances.add(part.variance());
      n = part.count();
    }
  }
  return std::sqrt((n - 1) / n + means.variance() / variances.mean());
}

}  // namespace detail

inline summary_row running_summary::row(std::size_t j) const {
  summary_row row{.name = names_[j], .bad = bad_[j]};
  if (bad_[j].count > 0) return row;
  std::vector<const batch_means*> chains;
  streaming_moments all;
  for (std::size_t i = j; i < series_.size(); i += names_.size()) {
    chains.push_back(&series_[i]);
    all.merge(series_[i].all());
  }
  const double square = all.squares_about(all.mean()) / all.count();  // E (x − mean)²
  const double spread = square * square * (all.kurtosis() - 1);       // its variance
  row.mean = all.mean(), row.sd = std::sqrt(all.variance());
  row.ess_bulk = detail::batch_ess(chains, all.variance(), all.count(), [](const auto& batch) { return batch.mean(); });
  row.ess_tail =
      detail::batch_ess(chains, spread, all.count(), [&](const auto& batch) { return batch.squares_about(all.mean()) / batch.count(); });
  row.mcse_mean  = row.sd / std::sqrt(row.ess_bulk);
  row.mcse_sd    = std::sqrt(spread / row.ess_tail / square) / 2;
  const auto set = [&](double p, double ess, double& value, double& mcse) {
    value = sketches_[j].quantile(p);
    if (std::isfinite(ess)) mcse = mcse_of_quantile(sketches_[j], p, ess);
  };
  set(0.05, row.ess_tail, row.q05, row.mcse_q05);
  set(0.5, row.ess_bulk, row.median, row.mcse_median);
  set(0.95, row.ess_tail, row.q95, row.mcse_q95);
  row.rhat = detail::scale_reduction(chains);
  return row;
}

/// Half of the distance between the quantiles at the ends of the interval of mcse.hpp. Where a sketch cannot tell so near ranks apart, the
/// slope of the quantiles is taken from four times its bound around the interval's middle.
inline double running_summary::mcse_of_quantile(const quantile_sketch& sketch, double p, double ess) {
  const double low  = detail::beta_quantile(0.1586553, ess * p + 1, ess * (1 - p) + 1);
  const double high = detail::beta_quantile(0.8413447, ess * p + 1, ess * (1 - p) + 1);
  const double half = (high - low) / 2, middle = (high + low) / 2, around = (std::max)(half, 4 * sketch.rank_error());
  const double from = (std::max)(middle - around, 0.0), to = (std::min)(middle + around, 1.0);
  return (sketch.quantile(to) - sketch.quantile(from)) / (to - from) * half;
}

inline draws_summary running_summary::result() const {
  draws_summary result{.rows = {}, .draws = draws_, .chains = draws_ == 0 ? 0 : extents_[0], .streamed = true};
  for (std::size_t c = 0; c < moved_.size(); ++c) {
    if (draws_ > 1 && !names_.empty() && !moved_[c]) result.stuck.push_back(static_cast<index_t>(c));
  }
  for (std::size_t j = 0; j < sketches_.size(); ++j) result.rows.push_back(row(j));
  return result;
}

}  // namespace jem::inline v0::metrics
