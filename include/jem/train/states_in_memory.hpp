// SPDX-License-Identifier: MIT
// Where a guard keeps the states that it goes back to: two copies in memory. io/states_on_disk.hpp keeps them in files instead.
#pragma once

#include <jem/core/random.hpp>
#include <jem/core/shape.hpp>

#include <concepts>
#include <utility>

namespace jem::inline v0 {

/// What keeps two states for a guard: the last one that has proved good, and a later candidate, which steps without an alarm have yet to
/// prove. `good(like)` may need a state of the same form, to load another into.
template <class K, class State>
concept state_keeper = std::copyable<K> && requires(K& keeper, const K& kept, State& state, const State& now) {
  { kept.candidate() } -> std::convertible_to<index_t>;  // its iteration
  { kept.good(now) } -> std::convertible_to<State>;
  { keeper.prove(now) } -> std::same_as<bool>;  // the candidate has proved good, and this is the next one; false if it cannot be kept
  keeper.go_back(state);                        // the good state is the state, and the candidate
  keeper.reseed(now.random);                    // the candidate draws other random numbers
  keeper.forget_older();                        // a checkpoint with this in it was written: what only others refer to may go
};

/// Two copies in memory.
template <class State>
class states_in_memory {
 public:
  /// Both are this state.
  explicit states_in_memory(const State& state) : good_(state), candidate_(state) {}

  index_t candidate() const { return candidate_.iteration; }  ///< its iteration
  const State& good(const State&) const { return good_; }     ///< the last state that has proved good
  const State& good() const { return good_; }                 ///< the same

  /// The candidate has proved good, and this state is the next one. Always possible here.
  bool prove(const State& state) {
    good_ = std::exchange(candidate_, state);
    return true;
  }
  void go_back(State& state) { state = candidate_ = good_; }      ///< sets it, and the candidate, to the good one
  void reseed(const rng& random) { candidate_.random = random; }  ///< the candidate draws other random numbers
  void forget_older() {}                                          ///< nothing, since it keeps no others

  /// What a checkpoint holds of it: both.
  static void each_part(auto& self, auto f) { f("good", self.good_), f("candidate", self.candidate_); }

 private:
  State good_, candidate_;
};

}  // namespace jem::inline v0
