// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/energies.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite finds energies whose value lacks a coordinate that the gradient has") {
  const auto e = energies_have_the_gradients_of_central_differences<test::wrong::sums_rows_without_the_last_column>();
  CHECK_FALSE(e.passed);
  CHECK(e.measure == unit::relative);
}
