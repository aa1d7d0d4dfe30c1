// SPDX-License-Identifier: MIT
// Functions that throw the library's errors: "[matmul] expected (64, 10) x (10, k) but received (64, 12)". The text is built only on
// failure.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/shape.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jem::inline v0 {

/// Throws std::invalid_argument "[where] expected … but received …".
[[noreturn]] inline void fail(std::string_view where, std::string_view expected, std::string_view received) {
  throw std::invalid_argument(concat("[", where, "] expected ", expected, " but received ", received));
}

/// Throws std::runtime_error "FILE, byte 16: expected … but found …" for a file with wrong contents.
[[noreturn]] inline void fail_file(std::string_view file, std::uint64_t offset, std::string_view expected, std::string_view found) {
  throw std::runtime_error(std::string(file) + ", byte " + std::to_string(offset) + ": expected " + std::string(expected) + " but found " +
                           std::string(found));
}

/// Throws std::invalid_argument unless the two shapes are equal.
inline void expect_shape(std::string_view where, const shape& expected, const shape& received) {
  if (!(expected == received)) fail(where, to_string(expected), to_string(received));
}

/// Throws std::invalid_argument unless the received shape has `rank` axes.
inline void expect_rank(std::string_view where, index_t rank, const shape& received) {
  if (received.rank() != rank) fail(where, std::to_string(rank) + " axes", to_string(received));
}

/// Throws std::invalid_argument unless low ≤ value.
inline void expect_at_least(std::string_view where, std::string_view what, index_t low, index_t value) {
  if (value < low) fail(where, std::string(what) + " >= " + std::to_string(low), std::to_string(value));
}

}  // namespace jem::inline v0
