// SPDX-License-Identifier: MIT
// What is refused, and how, is asked of the compiler: contracts/must_not_compile/options.cmake.
#include <jem/core/compiler.hpp>

#include <doctest/doctest.h>

TEST_CASE("a compiler that the tests run with has what the library needs") {
#ifdef JEM_UNUSABLE
  FAIL("it has not");
#endif
}
