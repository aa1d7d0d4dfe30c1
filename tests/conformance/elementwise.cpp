// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/elementwise.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite finds elementwise operations that leave an element out or change one twice") {
  CHECK_FALSE(elementwise_operations_agree_with_reference<test::wrong::skips_an_index, float>().passed);
  CHECK_FALSE(elementwise_operations_agree_with_reference<test::wrong::visits_twice, double>().passed);
}
