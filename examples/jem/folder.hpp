// The folder of a run. A run locks it while it writes into it, and moves the files of earlier runs aside.
#pragma once

#include <filesystem>
#include <utility>

namespace tool {

/// The lock on a folder that a run writes into. The system releases it when the process ends, however it ends.
class run_folder {
 public:
  /// Makes the folder, and locks it. Throws std::runtime_error if another run has locked it, with the process of that run, and if the
  /// folder cannot be made or written into.
  explicit run_folder(std::filesystem::path path);

  run_folder(run_folder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  run_folder& operator=(run_folder&&) = delete;
  ~run_folder();

  /// Moves the files that an earlier run has left there to FOLDER/earlier-1, or the next number that is free; `overwrite` removes them.
  /// Other files stay. Returns the folder that they were moved to; empty if there were none or they were removed.
  std::filesystem::path set_aside(bool overwrite) const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace tool
