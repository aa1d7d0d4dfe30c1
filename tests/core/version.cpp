// SPDX-License-Identifier: MIT
#include <jem/core/version.hpp>

#include <doctest/doctest.h>

#include <type_traits>

TEST_CASE("the version's numbers and macros agree, and versions are ordered") {
  static_assert(jem::version.major == JEM_VERSION_MAJOR && jem::version.minor == JEM_VERSION_MINOR &&
                jem::version.patch == JEM_VERSION_PATCH);
  CHECK(jem::version == jem::version_number{JEM_VERSION_MAJOR, JEM_VERSION_MINOR, JEM_VERSION_PATCH});
  CHECK(jem::version_number{0, 9, 9} < jem::version_number{1, 0, 0});
  CHECK(jem::version_number{1, 2, 3} < jem::version_number{1, 10, 0});
}

TEST_CASE("names are in an inline namespace, so that two versions can be in one program") {
  static_assert(std::is_same_v<jem::version_number, jem::v0::version_number>);
  CHECK(&jem::version == &jem::v0::version);
}
