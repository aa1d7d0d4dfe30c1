// `jem selftest` and `jem --version`: what is compiled in, whether it is right on this machine, and how fast.
#pragma once

#include <jem/backend/build_info.hpp>
#include <jem/conformance/result.hpp>
#include <jem/conformance/speed.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tool {

using listener = std::function<void(const jem::conformance::result&)>;

/// A backend that is compiled in, and what can be asked of it.
struct tested_backend {
  jem::backend_description (*describe)();
  std::vector<jem::conformance::result> (*run)(const listener&);
  std::vector<jem::conformance::speed> (*speeds)();
};

/// A backend that could be, and what it takes.
struct missing_backend {
  std::string name, needs;
};

/// Both lists are made by CMake, in its order.
std::vector<tested_backend> tested_backends();
std::vector<missing_backend> missing_backends();

/// What `jem --version` prints.
std::string version_text();

/// Prints each check with its error, tolerance, time and verdict, then the speeds, for one backend or (without a name) for all. Returns
/// the exit code: 1 if a check has failed. Throws std::invalid_argument for a backend that is not here, which says how to get it.
int selftest(const std::string& backend);

}  // namespace tool
