// SPDX-License-Identifier: MIT
// Quantiles of numbers that are seen one at a time and not kept: levels of at most k numbers, where a number of level h stands for 2^h of
// those seen. A full level is sorted, every second number goes up to the next one, the others are dropped. Munro and Paterson (1980,
// doi:10.1016/0304-3975(80)90061-4) and Manku, Rajagopalan and Lindsay (1998, doi:10.1145/276304.276342).
//
// Dropping every second number of level h changes the number of draws below a threshold by at most 2^h: upwards if the first, third, … are
// kept, downwards if the second, fourth, …. These take turns in each level, so that errors cancel. The sketch counts both, and
// `rank_error` is a bound that holds with certainty: some N·log₂(N/k)/2k of N draws. True errors are far smaller. Nothing is random.
#pragma once

#include <jem/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace jem::inline v0::metrics {

/// A sketch of numbers. Memory: 8k bytes for each of about log₂(N/k) + 1 levels. Quantiles of up to k − 1 numbers are exact.
class quantile_sketch {
 public:
  /// Levels of at most `capacity` numbers. Throws std::invalid_argument unless it is even and at least 2.
  explicit quantile_sketch(index_t capacity = 1024) : capacity_(static_cast<std::size_t>(capacity)) {
    if (capacity < 2 || capacity % 2 != 0) fail("quantile_sketch", "an even capacity >= 2", std::to_string(capacity));
  }

  /// Adds a number, which must not be NaN.
  void add(double x) {
    low_ = (std::min)(low_, x), high_ = (std::max)(high_, x);
    ++count_;
    level(0).numbers.push_back(x);
    compact();
  }

  /// Adds the numbers that `other` has seen; the bounds of errors add up.
  void merge(const quantile_sketch& other) {
    low_ = (std::min)(low_, other.low_), high_ = (std::max)(high_, other.high_);
    count_ += other.count_, above_ += other.above_, below_ += other.below_;
    for (std::size_t h = 0; h < other.levels_.size(); ++h) take(h, other.levels_[h].numbers);
    compact();
  }

  std::int64_t count() const { return count_; }  ///< of numbers seen

  /// The largest possible error of a rank, divided by the count: `quantile(p)` lies between the quantiles p ± rank_error() of the numbers
  /// seen. It is that of the numbers dropped, and half of what the heaviest number stands for. 0 as long as none was dropped.
  double rank_error() const {
    if (levels_.size() < 2) return 0;
    const double heaviest = std::ldexp(1.0, static_cast<int>(levels_.size()) - 1);
    return (static_cast<double>((std::max)(above_, below_)) + heaviest / 2) / static_cast<double>(count_);
  }

  /// The p-quantile, interpolated linearly between the middles of the ranks that the numbers kept stand for; the smallest and the largest
  /// number are exact. NaN without numbers. Throws std::invalid_argument unless 0 ≤ p ≤ 1.
  double quantile(double p) const {
    if (!(p >= 0 && p <= 1)) fail("quantile_sketch", "0 <= p <= 1", std::to_string(p));
    if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const double rank = p * static_cast<double>(count_ - 1);
    double before = 0, value = low_, first = 0;  // the number before, its rank, and how many come first
    for (const auto& [next, weight] : kept()) {
      const double middle = first + (weight - 1) / 2;
      if (rank < middle) return value + (next - value) * (rank - before) / (middle - before);
      value = next, before = middle, first += weight;
    }
    const double last = static_cast<double>(count_ - 1);
    return before < last ? value + (high_ - value) * (rank - before) / (last - before) : value;
  }

 private:
  struct one_level {
    std::vector<double> numbers;
    bool second = false;  // whether the second, fourth, … go up next time
  };

  one_level& level(std::size_t h) {
    if (levels_.size() <= h) levels_.resize(h + 1);
    return levels_[h];
  }

  /// Adds numbers to a level. All levels but the first one are in order.
  void take(std::size_t h, const std::vector<double>& more) {
    auto& mine = level(h).numbers;
    std::vector<double> both;
    both.reserve(mine.size() + more.size());
    std::ranges::merge(mine, more, std::back_inserter(both));
    mine = std::move(both);
  }

  void compact() {
    for (std::size_t h = 0; h < levels_.size(); ++h) {
      auto& full = levels_[h].numbers;
      if (full.size() < capacity_) continue;
      const bool second = std::exchange(levels_[h].second, !levels_[h].second);
      if (h == 0) std::ranges::sort(full);
      std::vector<double> up, left;
      if (full.size() % 2 == 1) left.push_back(full.back());
      for (std::size_t i = second ? 1 : 0; i < full.size() / 2 * 2; i += 2) up.push_back(full[i]);
      full.assign(left.begin(), left.end());  // which keeps its room
      (second ? below_ : above_) += std::int64_t{1} << h;
      take(h + 1, up);
    }
  }

  /// The numbers kept in ascending order, each with how many it stands for.
  std::vector<std::pair<double, double>> kept() const {
    std::vector<std::pair<double, double>> all;
    for (std::size_t h = 0; h < levels_.size(); ++h) {
      for (const double x : levels_[h].numbers) all.emplace_back(x, std::ldexp(1.0, static_cast<int>(h)));
    }
    std::ranges::sort(all);
    return all;
  }

  std::size_t capacity_;
  std::vector<one_level> levels_;
  std::int64_t count_ = 0, above_ = 0, below_ = 0;  // the largest errors of a rank upwards and downwards
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

}  // namespace jem::inline v0::metrics
