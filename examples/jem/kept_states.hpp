// Where a run keeps the states that its guard goes back to: in memory, or in a folder beside its checkpoint.
#pragma once

#include <jem/io/states_on_disk.hpp>
#include <jem/train/states_in_memory.hpp>

#include <filesystem>
#include <string>
#include <system_error>
#include <type_traits>
#include <variant>

namespace tool {

/// The folder of the states beside a checkpoint; empty without one.
inline std::filesystem::path states_beside(std::filesystem::path checkpoint) {
  return checkpoint.empty() ? checkpoint : checkpoint.replace_extension(".states");
}

/// Removes the folder of the states, when the run has ended and cannot be resumed.
inline void remove_states(const std::filesystem::path& checkpoint) {
  std::error_code ignored;
  if (!checkpoint.empty()) std::filesystem::remove_all(states_beside(checkpoint), ignored);
}

/// States in memory or on disk, as one type for all runs.
template <class State>
class kept_states {
 public:
  /// Keeps the states in memory if the folder is an empty path.
  kept_states(const std::filesystem::path& folder, const State& state) : where_(jem::states_in_memory<State>(state)) {
    if (!folder.empty()) where_ = jem::io::states_on_disk<State>(folder, state);
  }

  jem::index_t candidate() const {
    return std::visit([](const auto& kept) { return kept.candidate(); }, where_);
  }
  State good(const State& like) const {
    return std::visit([&](const auto& kept) -> State { return kept.good(like); }, where_);
  }
  bool prove(const State& state) {
    return std::visit([&](auto& kept) { return kept.prove(state); }, where_);
  }
  void go_back(State& state) {
    std::visit([&](auto& kept) { kept.go_back(state); }, where_);
  }
  void reseed(const jem::rng& random) {
    std::visit([&](auto& kept) { kept.reseed(random); }, where_);
  }
  void forget_older() {
    std::visit([](auto& kept) { kept.forget_older(); }, where_);
  }

  /// Why the last state could not be kept; empty if it was.
  std::string failure() const {
    const auto* disk = std::get_if<jem::io::states_on_disk<State>>(&where_);
    return disk != nullptr ? disk->failure() : "";
  }

  static void each_part(auto& self, auto f) {
    std::visit([&](auto& kept) { std::remove_cvref_t<decltype(kept)>::each_part(kept, f); }, self.where_);
  }
  void check_parts() const {
    if (const auto* disk = std::get_if<jem::io::states_on_disk<State>>(&where_)) disk->check_parts();
  }

 private:
  std::variant<jem::states_in_memory<State>, jem::io::states_on_disk<State>> where_;
};

}  // namespace tool
