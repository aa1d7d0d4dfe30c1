// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/start.hpp>

using test::eigen_float;

TEST_CASE("a uniform start is uniform in its interval") {
  jem::rng g{5};
  const auto x = jem::uniform_start{.low = -2, .high = 4}.operator()<eigen_float>({40'000}, g).to_vector();
  CHECK(std::ranges::min(x) >= -2);
  CHECK(std::ranges::max(x) < 4);
  double sum = 0, squares = 0;
  for (const double v : x) sum += v, squares += (v - 1) * (v - 1);
  CHECK(std::abs(sum / 40'000 - 1) < 4.5 * std::sqrt(3.0 / 40'000));  // fails for one seed in 150 000
  CHECK(squares / 40'000 == doctest::Approx(3).epsilon(0.03));
}

TEST_CASE("a normal start has its mean and its deviation, and equals the mean for deviation 0") {
  jem::rng g{6};
  const auto x = jem::normal_start{.mean = 3, .deviation = 0.5f}.operator()<eigen_float>({40'000}, g).to_vector();
  double sum = 0, squares = 0;
  for (const double v : x) sum += v, squares += (v - 3) * (v - 3);
  CHECK(std::abs(sum / 40'000 - 3) < 4.5 * 0.5 / 200);                           // fails for one seed in 150 000
  CHECK(std::abs(squares / 40'000 - 0.25) < 4.5 * 0.25 * std::sqrt(2.0) / 200);  // the same
  const auto still = jem::normal_start{.mean = 3, .deviation = 0}.operator()<eigen_float>({5}, g).to_vector();
  CHECK(still == std::vector<float>(5, 3.0f));
}

TEST_CASE("a uniform start refuses low above high, and leaves the generator as it was") {
  jem::rng g{7};
  const jem::rng before = g;
  CHECK_THROWS_AS((jem::uniform_start{.low = 1, .high = 0}.operator()<eigen_float>({2}, g)), std::invalid_argument);
  CHECK(g == before);
}
