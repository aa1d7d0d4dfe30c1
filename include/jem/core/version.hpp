// SPDX-License-Identifier: MIT
// The version of the library. Everything lives in the inline namespace jem::v0, so that one program may contain two versions.
#pragma once

#include <jem/core/compiler.hpp>

#include <compare>

#define JEM_VERSION_MAJOR 0  ///< rises with incompatible changes
#define JEM_VERSION_MINOR 1  ///< rises with additions, and with incompatible changes as long as the major version is zero
#define JEM_VERSION_PATCH 0  ///< rises with corrections

namespace jem::inline v0 {

/// Major, minor and patch level, ordered.
struct version_number {
  int major, minor, patch;  ///< as in the macros JEM_VERSION_…

  friend constexpr auto operator<=>(const version_number&, const version_number&) = default;
};

/// The version of the headers that this translation unit has included.
inline constexpr version_number version{JEM_VERSION_MAJOR, JEM_VERSION_MINOR, JEM_VERSION_PATCH};

}  // namespace jem::inline v0
