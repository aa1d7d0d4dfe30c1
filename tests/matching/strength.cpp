// SPDX-License-Identifier: MIT
#include <jem/matching/strength.hpp>

#include <doctest/doctest.h>

TEST_CASE("a ramp rises from 0 at the data to 1, and stays there") {
  constexpr jem::ramp ramp{.level = 0.5f};
  static_assert(ramp(0.0) == 0 && ramp(0.25) == 0.5 && ramp(0.5) == 1 && ramp(7.0f) == 1.0f);
  CHECK(jem::ramp{}(0.1) == doctest::Approx(0.5));
}

TEST_CASE("unit_strength is 1, and score_strength is 1 over the level") {
  static_assert(jem::unit_strength{}(0.25) == 1 && jem::unit_strength{}(4.0f) == 1.0f);
  static_assert(jem::score_strength{}(0.25) == 4);
}
