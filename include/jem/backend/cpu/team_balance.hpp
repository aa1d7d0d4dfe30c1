// SPDX-License-Identifier: MIT
// Measures whether a team of threads saves time. A loop on all threads ends when its last thread ends. If a core is busy with other work,
// the operating system may let that thread wait for milliseconds, in a loop that takes microseconds. So the time of each loop is compared
// with the time that one thread would need. Once the losses are larger than the gains, the caller works alone for some time. Results do
// not change, since blocks and their order do not depend on the threads that run them.
#pragma once

#include <jem/core/shape.hpp>

#include <algorithm>
#include <chrono>

namespace jem::inline v0 {

/// The time that one caller gains and loses by using its team of threads.
class team_balance {
 public:
  using clock    = std::chrono::steady_clock;  ///< the clock of all times
  using duration = clock::duration;            ///< a length of time

  static constexpr duration credit  = std::chrono::milliseconds(20);  ///< the largest balance of gains that is kept
  static constexpr int patience     = 50;  ///< the caller works alone for so many times its loss, which then costs a fiftieth
  static constexpr duration longest = std::chrono::seconds(1);  ///< but at most so long, even if the program was suspended

  /// Whether the caller works alone at this time.
  bool alone(clock::time_point now) const { return now < alone_until_; }

  /// Records a loop of `blocks` blocks, which took from `begin` to `end`. The caller computed `mine` of the blocks in the time `own`.
  void settle(clock::time_point begin, clock::time_point end, duration own, index_t mine, index_t blocks) {
    const duration by_one = mine > 0 ? own * blocks / mine : duration::zero();
    balance_              = (std::min)(credit, balance_ + by_one - (end - begin));
    if (balance_ >= duration::zero()) return;
    alone_until_ = end + (std::min)(longest, -patience * balance_);
    balance_     = duration::zero();
  }

 private:
  duration balance_{};  // gains minus losses
  clock::time_point alone_until_{};
};

}  // namespace jem::inline v0
