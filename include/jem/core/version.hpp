// SPDX-License-Identifier: MIT
// The version of the library. Everything lives in the inline namespace jem::v0, so that two versions may meet in one program.
#pragma once

#include <compare>

#define JEM_VERSION_MAJOR 0
#define JEM_VERSION_MINOR 1
#define JEM_VERSION_PATCH 0

namespace jem::inline v0 {

struct version_number {
  int major, minor, patch;

  friend constexpr auto operator<=>(const version_number&, const version_number&) = default;
};

inline constexpr version_number version{JEM_VERSION_MAJOR, JEM_VERSION_MINOR, JEM_VERSION_PATCH};

}  // namespace jem::inline v0
