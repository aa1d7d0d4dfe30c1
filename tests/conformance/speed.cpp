// SPDX-License-Identifier: MIT
// Speeds depend on the machine. These tests only check that each is a positive number.
#include <jem/backend/eigen.hpp>
#include <jem/conformance/speed.hpp>

#include <doctest/doctest.h>

#include <cmath>

TEST_CASE("speeds has a positive number for each expensive operation") {
  const auto figures = jem::conformance::speeds<jem::eigen>(0);
  CHECK(figures.size() == 4);
  for (const auto& figure : figures) {
    INFO(figure.of);
    CHECK(std::isfinite(figure.value));
    CHECK(figure.value > 0);
  }
}
