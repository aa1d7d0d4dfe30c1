// SPDX-License-Identifier: MIT
// How many steps make the negatives of an iteration, from easy to hard: one step more as soon as the energy has learned to tell data from
// the negatives of so many, by the area under the ROC curve of the last batches. Yin et al. 2022, arXiv:2012.06568; with these numbers
// Yin et al. 2025, arXiv:2510.13872, whose code begins at 0 steps.
//
//     jem::auc_curriculum curriculum({.last = 20});
//     while (state.iteration < iterations) curriculum.observe(trainer_of(curriculum.steps()).step(state).auroc);
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>

#include <cmath>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

namespace jem::inline v0 {

/// From how many steps to how many, and when there is one more.
struct curriculum_options {
  at_least<"curriculum_options", "first", 0> first          = 1;     ///< steps in the first iteration, ≥ 0
  at_least<"curriculum_options", "last", 0> last            = 50;    ///< steps that it ends with, ≥ first
  in_unit_interval<"curriculum_options", "reaches"> reaches = 0.8f;  ///< mean area from which on there is one more, in [0, 1]
  at_least<"curriculum_options", "over", 1> over            = 8;     ///< iterations of the mean, all with the present steps; ≥ 1
};

/// The present number of steps, and the areas since it last rose. A value: a copy goes on from the same number.
class auc_curriculum {
 public:
  /// At the first number of steps. Throws std::invalid_argument unless first ≤ last.
  explicit auc_curriculum(const curriculum_options& options = {}) : options_(options), steps_(options.first) {
    if (options.first > options.last) {
      fail("auc_curriculum", "first <= last", concat(index_t{options.first}, " and ", index_t{options.last}));
    }
  }

  index_t steps() const { return steps_; }  ///< for the next iteration

  /// Reads the area of an iteration with the present steps, and returns the steps of the next one. NaN, which a step without samples
  /// tells, is left out.
  index_t observe(double auroc) {
    if (std::isnan(auroc) || steps_ == options_.last) return steps_;
    if (std::ssize(recent_) == options_.over) recent_.erase(recent_.begin());
    recent_.push_back(auroc);
    const double mean = std::accumulate(recent_.begin(), recent_.end(), 0.0) / static_cast<double>(recent_.size());
    if (std::ssize(recent_) == options_.over && static_cast<float>(mean) >= options_.reaches) {
      ++steps_;
      recent_.clear();
    }
    return steps_;
  }

  /// What a checkpoint holds of it: all but the options.
  static void each_part(auto& self, auto f) { f("steps", self.steps_), f("recent", self.recent_); }
  /// Throws std::invalid_argument for steps or a number of areas that these options do not lead to.
  void check_parts() const {
    if (steps_ < options_.first || steps_ > options_.last) {
      fail("auc_curriculum", concat("steps from ", index_t{options_.first}, " to ", index_t{options_.last}), std::to_string(steps_));
    }
    if (std::ssize(recent_) > options_.over) {
      fail("auc_curriculum", concat("at most ", index_t{options_.over}, " areas"), std::to_string(recent_.size()));
    }
  }

 private:
  curriculum_options options_;
  index_t steps_;
  std::vector<double> recent_;
};

}  // namespace jem::inline v0
