// SPDX-License-Identifier: MIT
// Measures whether a team of threads gains time. A loop on all threads ends when its last thread does: where a core has
// other work, that is when the system lets the thread run again, milliseconds after a loop of microseconds. So the time of each
// loop is set against that of one thread, and once the losses are larger than the gains, the caller works alone for some time.
// Results do not change: blocks and their order do not depend on who runs them.
#pragma once

#include <jem/core/shape.hpp>

#include <algorithm>
#include <chrono>

namespace jem::inline v0 {

/// The gains and losses of one caller by its team of threads.
class team_balance {
 public:
  using clock    = std::chrono::steady_clock;  ///< what the times are of
  using duration = clock::duration;            ///< of its units

  static constexpr duration credit  = std::chrono::milliseconds(20);  ///< no more of the gains is kept, to be lost again
  static constexpr int patience     = 50;  ///< a loss is followed by so many times its length without the team: it costs a fiftieth
  static constexpr duration longest = std::chrono::seconds(1);  ///< but no longer than this: a program that was stopped goes on as it was

  /// Whether the caller works alone at this time.
  bool alone(clock::time_point now) const { return now < alone_until_; }

  /// A loop of `blocks` blocks took from begin to end, of which the caller had done its own, `mine` of them, after `own`.
  void settle(clock::time_point begin, clock::time_point end, duration own, index_t mine, index_t blocks) {
    const duration by_one = mine > 0 ? own * blocks / mine : duration::zero();
    balance_              = (std::min)(credit, balance_ + by_one - (end - begin));
    if (balance_ >= duration::zero()) return;
    alone_until_ = end + (std::min)(longest, -patience * balance_);
    balance_     = duration::zero();
  }

 private:
  duration balance_{};  // gains less losses
  clock::time_point alone_until_{};
};

}  // namespace jem::inline v0
