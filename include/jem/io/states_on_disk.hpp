// SPDX-License-Identifier: MIT
// The states that a guard goes back to, in files: for networks of which memory cannot hold three. A file is written when a state becomes
// the candidate, and read when the guard goes back. A checkpoint of the guard names the files only, so they stay until the next one:
//
//     jem::io::save_checkpoint(file, run);     // with run.guard
//     run.guard.kept().forget_older();
#pragma once

#include <jem/core/random.hpp>
#include <jem/core/shape.hpp>
#include <jem/io/checkpoint.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace jem::inline v0::io {

/// Two states of a run, each a checkpoint in a file FOLDER/ITERATION-NUMBER.safetensors. There are at most five files for a moment, and
/// four otherwise: the last checkpoint may refer to two others. A run that is killed at any moment finds its files again. A copy refers to
/// the same files. When a state cannot be written, both stay as they were, the run goes on, and the next step tries again.
template <class State>
class states_on_disk {
 public:
  /// Both are this state. Makes the folder, in which there may be nothing else. Throws std::filesystem::filesystem_error, and what
  /// save_checkpoint throws.
  states_on_disk(std::filesystem::path folder, const State& state) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    while (std::filesystem::exists(file_of({state.iteration, written_ + 1}))) ++written_;  // a checkpoint may refer to these
    good_ = candidate_ = save(state);
  }

  index_t candidate() const { return candidate_.iteration; }                    ///< its iteration
  const std::filesystem::path& folder() const { return folder_; }               ///< where the files are
  const std::string& failure() const { return failure_; }                       ///< why the last state was not written; empty if it was
  std::filesystem::path good_file() const { return file_of(good_); }            ///< of the last state that has proved good
  std::filesystem::path candidate_file() const { return file_of(candidate_); }  ///< of the candidate

  /// The last state that has proved good, loaded into a copy of one of the same form. Throws what load_checkpoint throws.
  State good(const State& like) const {
    State state = like;
    load(good_, state);
    return state;
  }

  /// The candidate has proved good, and this state is the next one; false, and no change, if it cannot be written.
  bool prove(const State& state) {
    try {
      const entry next = save(state);
      drop(std::exchange(good_, std::exchange(candidate_, next)));
    } catch (const std::runtime_error& error) {
      failure_ = error.what();
      return false;
    }
    failure_.clear();
    return true;
  }

  /// Loads the good one, which is then the candidate, too. Throws what load_checkpoint throws.
  void go_back(State& state) {
    load(good_, state);
    drop(std::exchange(candidate_, good_));
  }

  /// The candidate draws other random numbers than its file says.
  void reseed(const rng& random) { candidate_.random = random; }

  /// After a checkpoint with this in it was written: removes what it does not refer to.
  void forget_older() {
    held_ = {good_, candidate_};
    std::error_code ignored;
    for (const auto& found : std::filesystem::directory_iterator(folder_, ignored)) {
      if (found.path() != good_file() && found.path() != candidate_file()) std::filesystem::remove(found.path(), ignored);
    }
  }

  /// What a checkpoint holds of it: which files. Once it is read, the last checkpoint refers to these.
  static void each_part(auto& self, auto f) {
    f("good", self.good_), f("candidate", self.candidate_), f("written", self.written_);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(self)>>) self.held_ = {self.good_, self.candidate_};
  }

  /// Throws std::invalid_argument if a file is missing that a checkpoint refers to.
  void check_parts() const {
    for (const auto& file : {good_file(), candidate_file()}) {
      if (!std::filesystem::exists(file)) fail("states_on_disk", "the file " + file.string() + " of this checkpoint", "none");
    }
  }

 private:
  /// A file, and the random numbers that its state goes on with. Iterations repeat when a run goes back, numbers do not.
  struct entry {
    index_t iteration = 0, number = 0;
    rng random = {};

    bool same_file(const entry& other) const { return iteration == other.iteration && number == other.number; }
    static void each_part(auto& self, auto f) { f("iteration", self.iteration), f("number", self.number), f("random", self.random); }
  };

  std::filesystem::path file_of(const entry& one) const {
    char name[64];
    std::snprintf(name, sizeof name, "%07lld-%lld.safetensors", static_cast<long long>(one.iteration), static_cast<long long>(one.number));
    return folder_ / name;
  }

  entry save(const State& state) {
    const entry next{state.iteration, written_ + 1, state.random};
    save_checkpoint(file_of(next), state);
    ++written_;
    return next;
  }

  void load(const entry& one, State& state) const {
    load_checkpoint(file_of(one), state);
    state.random = one.random;
  }

  /// Removes a file that nothing refers to any more.
  void drop(const entry& one) const {
    for (const auto& other : {good_, candidate_, held_[0], held_[1]}) {
      if (other.same_file(one)) return;
    }
    std::error_code ignored;
    std::filesystem::remove(file_of(one), ignored);
  }

  std::filesystem::path folder_;
  entry good_, candidate_;
  std::array<entry, 2> held_ = {};  // of the last checkpoint; number 0 for none
  index_t written_           = 0;
  std::string failure_;
};

}  // namespace jem::inline v0::io
