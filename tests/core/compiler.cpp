// SPDX-License-Identifier: MIT
// contracts/must_not_compile/options.cmake checks what the compiler refuses, and its messages.
#include <jem/core/compiler.hpp>

#include <doctest/doctest.h>

TEST_CASE("the compiler of the tests supports what the library needs") {
#ifdef JEM_UNUSABLE
  FAIL("it has not");
#endif
}
