// `jem selftest` and `jem --version`: which backends are compiled in, whether they compute correctly on this machine, and how fast they
// are.
#pragma once

#include <jem/backend/build_info.hpp>
#include <jem/conformance/result.hpp>
#include <jem/conformance/speed.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tool {

using listener = std::function<void(const jem::conformance::result&)>;

/// A backend that is compiled in: its description, the conformance suite, and its speeds.
struct tested_backend {
  jem::backend_description (*describe)();
  std::vector<jem::conformance::result> (*run)(const listener&);
  std::vector<jem::conformance::speed> (*speeds)();
};

/// A backend that is not compiled in, and what it needs.
struct missing_backend {
  std::string name, needs;
};

/// CMake generates both lists.
std::vector<tested_backend> tested_backends();
std::vector<missing_backend> missing_backends();

/// What `jem --version` prints.
std::string version_text();

/// Prints each check with its error, tolerance, time and verdict, then the speeds, for one backend or, if the name is empty, for all.
/// Returns the exit code: 1 if a check has failed, else 0. Throws std::invalid_argument for a backend that is not compiled in; the message
/// says what it needs.
int selftest(const std::string& backend);

}  // namespace tool
