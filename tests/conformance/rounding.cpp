// SPDX-License-Identifier: MIT
#include <jem/conformance/rounding.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("gamma is half a unit in the last place for one rounding, and grows a little faster than the number of roundings") {
  CHECK(gamma<float>(0) == 0);
  CHECK(gamma<float>(1) == doctest::Approx(0x1p-24).epsilon(1e-6));
  CHECK(gamma<double>(1) == doctest::Approx(0x1p-53).epsilon(1e-6));
  CHECK(gamma<float>(1'000'000) == doctest::Approx(0.0634).epsilon(0.001));
  CHECK(bound_of_sum<float>(10) == doctest::Approx(2 * 13 * 0x1p-24 * 10));
}

TEST_CASE("excess is the largest error divided by its bound") {
  CHECK(excess(std::vector{1.5f, 2.0f}, {1, 2}, {1, 1}) == 0.5);
  CHECK(excess(std::vector{1.5f, 2.0f}, {1, 2}, {0.25, 1}) == 2);
  CHECK(excess(std::vector{1.0f}, {1}, {0}) == 0);
  CHECK(excess(std::vector{1.5f}, {1}, {0}) == std::numeric_limits<double>::infinity());
  CHECK(excess(std::vector{std::numeric_limits<float>::quiet_NaN()}, {1}, {1}) == std::numeric_limits<double>::infinity());
  CHECK(excess(std::vector{1.0f}, {1, 2}, {1, 1}) == std::numeric_limits<double>::infinity());
  CHECK(excess(std::vector<float>{}, {}, {}) == 0);
}

TEST_CASE("the bound of a sum of products uses absolute values, so that terms that cancel do not make it smaller") {
  bounded_sums sums(2);
  sums.add(0, 3, 0.5);
  sums.add(0, -1.5, 1);
  sums.add(1, 2, 2);
  CHECK(sums.exact == std::vector<long double>{0, 4});
  CHECK(sums.absolute == std::vector<double>{3, 4});
  CHECK(sums.excess_of(std::vector{0.0f, 4.0f}, 2) == 0);
  CHECK(sums.excess_of(std::vector{0x1p-22f, 4.0f}, 2) == doctest::Approx(0x1p-22 / (3 * gamma<float>(2))));
}
