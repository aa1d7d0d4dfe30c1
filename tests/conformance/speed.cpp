// SPDX-License-Identifier: MIT
// The figures depend on the machine. These tests check only that there are some.
#include <jem/backend/eigen.hpp>
#include <jem/conformance/speed.hpp>

#include <doctest/doctest.h>

#include <cmath>

TEST_CASE("each dear verb has a speed") {
  const auto figures = jem::conformance::speeds<jem::eigen>(0);
  CHECK(figures.size() == 4);
  for (const auto& figure : figures) {
    INFO(figure.of);
    CHECK(std::isfinite(figure.value));
    CHECK(figure.value > 0);
  }
}
