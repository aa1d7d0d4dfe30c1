// SPDX-License-Identifier: MIT
#include <jem/metrics/moments.hpp>

#include <doctest/doctest.h>

#include <cmath>

using jem::metrics::detail::mean;
using jem::metrics::detail::variance;

TEST_CASE("mean and variance are computed in double, and the variance has the divisor n - 1") {
  CHECK(mean(std::vector<float>{1, 2, 6}) == 3);
  CHECK(mean(std::vector<bool>{true, false, true, true}) == 0.75);
  CHECK(variance({1, 2, 6}) == 7);
  CHECK(variance({1e9 + 1, 1e9 + 2, 1e9 + 6}) == 7);
}

TEST_CASE("the variance of equal numbers is exactly 0, that of one or no number is NaN, and so is the mean of no number") {
  CHECK(variance(std::vector<double>(7, 0.1)) == 0);
  CHECK(std::isnan(variance({5})));
  CHECK(std::isnan(variance({})));
  CHECK(std::isnan(mean(std::vector<double>{})));
}
