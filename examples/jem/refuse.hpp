// How the tool refuses what it was given: one line, "WHAT: expected … but received …", behind the name of the program.
#pragma once

#include <stdexcept>
#include <string>

namespace tool {

/// `what` is an option, a file or a key in one.
[[noreturn]] inline void refuse(const std::string& what, const std::string& expected, const std::string& received) {
  throw std::invalid_argument(what + ": expected " + expected + " but received " + received);
}

}  // namespace tool
