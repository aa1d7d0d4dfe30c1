// SPDX-License-Identifier: MIT
// The number of elements that the header of a file claims, axis by axis. A header may be wrong, and the product may overflow.
#pragma once

#include <cstdint>

namespace jem::inline v0::io {

/// size·extent for the extents of a file, which may be wrong. An extent of 0 is left out, so that the other axes are checked as well. The
/// result is 0 if the product is more than 2^60.
constexpr std::uint64_t extended_size(std::uint64_t size, std::uint64_t extent) {
  constexpr std::uint64_t most = std::uint64_t{1} << 60;
  if (extent == 0) return size;
  return size > most / extent ? 0 : size * extent;
}

}  // namespace jem::inline v0::io
