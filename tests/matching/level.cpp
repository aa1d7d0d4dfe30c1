// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/matching/level.hpp>

using test::eigen_float;

TEST_CASE("uniform levels are uniform in their interval") {
  jem::rng g{1};
  const auto levels = jem::uniform_level{.low = 0.25f, .high = 0.5f}.operator()<eigen_float>(10'000, g).to_vector();
  CHECK(std::ranges::min(levels) >= 0.25f);
  CHECK(std::ranges::max(levels) < 0.5f);
  CHECK(std::ranges::count_if(levels, [](float v) { return v < 0.375f; }) ==
        doctest::Approx(5000).epsilon(0.045));  // 4.5 standard deviations
}

TEST_CASE("log-uniform levels are equally frequent in each octave") {
  jem::rng g{2};
  const auto levels = jem::log_uniform_level{.low = 0.125f, .high = 1}.operator()<eigen_float>(30'000, g).to_vector();
  const auto within = [&](float low, float high) { return std::ranges::count_if(levels, [=](float v) { return v >= low && v < high; }); };
  CHECK(std::ranges::min(levels) > 0.1249f);
  CHECK(std::ranges::max(levels) < 1.0001f);
  for (const float low : {0.125f, 0.25f, 0.5f}) CHECK(std::abs(static_cast<double>(within(low, 2 * low)) - 10'000) < 4.5 * 82);
}

TEST_CASE("levels refuse low above high, and leave the generator as it was") {
  jem::rng g{3};
  const jem::rng before = g;
  CHECK_THROWS_WITH_AS((jem::uniform_level{.low = 1, .high = 0.5f}.operator()<eigen_float>(2, g)),
                       "[uniform_level] expected low <= high but received 1.000000 and 0.500000", std::invalid_argument);
  CHECK_THROWS_AS((jem::log_uniform_level{.low = 1, .high = 0.5f}.operator()<eigen_float>(2, g)), std::invalid_argument);
  CHECK(g == before);
}
