// SPDX-License-Identifier: MIT
// The divergences of a run, with the positions at which they happened: proposals whose energy error is above 1000 or NaN, as in Stan. An
// integrator diverges where the energy is curved too strongly for the step size; draws then miss that region, and positions tell where it
// is.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>

#include <utility>
#include <vector>

namespace jem::inline v0::metrics {

/// A proposal that diverged.
struct divergence {
  index_t step, chain;           ///< from 0
  double energy_error;           ///< above the threshold, or NaN
  std::vector<double> position;  ///< of the chain after the step, which is where the trajectory began, since such a proposal is rejected
};

/// An observer that counts divergences and keeps the first ones. Kernels without an energy error, which accept all, have none.
class divergences {
 public:
  static constexpr double threshold = 1000;  ///< of the energy error

  /// Keeps the positions of at most `most` divergences; all are counted. Throws std::invalid_argument for most < 0.
  explicit divergences(index_t most = 1000) : most_(most) { expect_at_least("divergences", "most", 0, most); }

  /// The observer's call. Throws std::invalid_argument for another number of chains than before.
  template <class S, class Info>
  void operator()(index_t, const S& state, const Info& info) {
    const auto errors = info.energy_error.to_vector();
    if (counts_.empty()) counts_.resize(errors.size());
    expect_shape("divergences", shape{std::ssize(counts_)}, shape{std::ssize(errors)});
    std::vector<typename decltype(state.position.to_vector())::value_type> positions;
    for (std::size_t c = 0; c < errors.size(); ++c) {
      const auto error = static_cast<double>(errors[c]);
      if (error <= threshold) continue;
      ++counts_[c], ++count_;
      if (std::ssize(kept_) >= most_) continue;
      if (positions.empty()) positions = state.position.to_vector();
      divergence found{steps_, static_cast<index_t>(c), error, {}};
      const std::size_t d = positions.size() / errors.size();
      for (std::size_t j = c * d; j < (c + 1) * d; ++j) found.position.push_back(static_cast<double>(positions[j]));
      kept_.push_back(std::move(found));
    }
    ++steps_;
  }

  index_t count() const { return count_; }                        ///< of all divergences
  const std::vector<index_t>& counts() const { return counts_; }  ///< of each chain
  const std::vector<divergence>& kept() const { return kept_; }   ///< the first ones, in order of step and chain
  index_t steps() const { return steps_; }                        ///< seen, of each chain

 private:
  index_t most_, count_ = 0, steps_ = 0;
  std::vector<index_t> counts_;
  std::vector<divergence> kept_;
};

}  // namespace jem::inline v0::metrics
