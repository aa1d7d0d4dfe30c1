// SPDX-License-Identifier: MIT
// Every fuzz target checks that a reader refuses bytes with a message of the library, or returns a value.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace fuzz {

/// Stops the program, which makes libFuzzer keep the input.
inline void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "expected %s\n", what.c_str());
  std::abort();
}

/// What read() returns; nothing if it throws std::runtime_error that names the file and a byte. Any other exception ends the program.
template <class F>
auto accepted(const std::string& file, F read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const std::runtime_error& e) {
    const std::string message = e.what();
    const bool whole          = message.starts_with(file + ", byte ") && message.find(": expected ") != std::string::npos;
    expect(whole, "a complaint with file and byte but found " + message);
    return std::nullopt;
  }
}

}  // namespace fuzz
