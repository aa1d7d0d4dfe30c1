// SPDX-License-Identifier: MIT
// Where a guard keeps the states that it goes back to: two copies in memory. io/states_on_disk.hpp keeps them in files instead.
#pragma once

#include <jem/core/random.hpp>
#include <jem/core/shape.hpp>

#include <concepts>
#include <utility>

namespace jem::inline v0 {

/// A type that keeps two states for a guard: the last one that has proved good, and a later one, the candidate, that proves good after
/// enough steps without an alarm. `good(like)` may need a state of the same form, to load the good one into a copy of it.
template <class K, class State>
concept state_keeper = std::copyable<K> && requires(K& keeper, const K& kept, State& state, const State& now) {
  { kept.candidate() } -> std::convertible_to<index_t>;  // its iteration
  { kept.good(now) } -> std::convertible_to<State>;
  { keeper.prove(now) } -> std::same_as<bool>;  // the candidate becomes the good state, and `now` the candidate; false if it cannot be kept
  keeper.go_back(state);                        // sets `state` and the candidate to the good state
  keeper.reseed(now.random);                    // gives the candidate this generator
  keeper.forget_older();                        // called after a checkpoint of the keeper: removes what only older checkpoints need
};

/// Two copies in memory.
template <class State>
class states_in_memory {
 public:
  /// Both states are this one.
  explicit states_in_memory(const State& state) : good_(state), candidate_(state) {}

  index_t candidate() const { return candidate_.iteration; }  ///< its iteration
  const State& good(const State&) const { return good_; }     ///< the last state that has proved good
  const State& good() const { return good_; }                 ///< the same

  /// The candidate becomes the good state, and this state the candidate. Always returns true.
  bool prove(const State& state) {
    good_ = std::exchange(candidate_, state);
    return true;
  }
  void go_back(State& state) { state = candidate_ = good_; }      ///< sets this state and the candidate to the good one
  void reseed(const rng& random) { candidate_.random = random; }  ///< gives the candidate this generator
  void forget_older() {}                                          ///< does nothing: there are no other states

  /// What a checkpoint holds of it: both.
  static void each_part(auto& self, auto f) { f("good", self.good_), f("candidate", self.candidate_); }

 private:
  State good_, candidate_;
};

}  // namespace jem::inline v0
