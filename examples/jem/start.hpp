// How a run begins and ends. The files of an earlier run are moved only when it is known that the new run is possible. The last files of a
// run are written even if the disk is full for a while.
#pragma once

#include "folder.hpp"
#include "judge.hpp"
#include "resources.hpp"
#include "run.hpp"

#include <jem/data/doubts.hpp>
#include <jem/io/file.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace tool {

inline void write_json(const std::filesystem::path& path, const table& value) { jem::io::write_file(path, value.dump(2) + "\n"); }

/// Warns on standard error of faults of the data; training goes on.
inline void tell_doubts(const split& data) {
  for (const auto& doubt : jem::data::doubts_about(data.train)) std::cerr << "jem: images for training: " << doubt << std::endl;
  if (const auto shared = jem::data::shared_images(data.train, data.test.all); shared > 0) {
    std::cerr << "jem: " << shared << " of the " << data.test.all.size() << " " << data.test.kind
              << " images are among those for training, too: results on them are too good" << std::endl;
  }
}

/// Checks that a run has the memory and disk space that it needs, and locks its folder. For a new run, also moves an earlier run aside (or
/// removes it if k.overwrite is true) and writes the settings. Throws what expect_room_for and run_folder throw.
inline run_folder begin_run(const settings& s, const needs& n, const keeping& k) {
  expect_room_for(n, s.out);
  run_folder folder(s.out);
  if (k.resume) return folder;
  if (const auto aside = folder.set_aside(k.overwrite); !aside.empty()) {
    std::cerr << "jem: moved the earlier run in " << s.out.string() << " to " << aside.string() << std::endl;
  }
  write_json(s.out / "settings.json", s);
  return folder;
}

/// Calls write(), which writes one of the last files of a run. While it throws std::runtime_error, as on a full disk, tries again each
/// second for five minutes; then throws the same.
template <class F>
void insist(F write) {
  constexpr int tries = 300;
  for (int i = 1;; ++i) {
    try {
      return write();
    } catch (const std::runtime_error& error) {
      if (i == tries) throw;
      if (i == 1) std::cerr << "jem: " << error.what() << "; trying again for " << tries << " seconds" << std::endl;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

}  // namespace tool
