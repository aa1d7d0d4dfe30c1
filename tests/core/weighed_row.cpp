// SPDX-License-Identifier: MIT
#include <jem/core/weighed_row.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using jem::detail::weighed_row;
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST_CASE("weights are relative to the largest number of a row, for numbers of any size and infinity") {
  for (const double level : {0.0, 1e6, -1e12}) {
    const double row[] = {level, level - 1, level - 2};
    double weights[3]{};
    const weighed_row<double> all(row, 3, -1, weights);
    CHECK(all.largest == level);
    CHECK(all.sum == doctest::Approx(1 + std::exp(-1) + std::exp(-2)));
    CHECK(weights[1] == doctest::Approx(std::exp(-1)));
    CHECK(all.share(row[2]) == doctest::Approx(std::exp(-2) / all.sum));
  }
  const double two[] = {infinity, 0, infinity};
  CHECK(weighed_row<double>(two, 3).sum == 2);
  CHECK(weighed_row<double>(two, 3).log_sum_exp() == infinity);
}

TEST_CASE("a number may be left out of the sum, which is 0 if it was the only one") {
  const float row[] = {5, 1, 1};
  CHECK(weighed_row<float>(row, 3, 0).log_sum_exp_beside(row[0]) == doctest::Approx(std::log(2.0) - 4));
  CHECK(weighed_row<float>(row, 1, 0).sum == 0);
  CHECK(std::isinf(weighed_row<float>(row, 1, 0).log_sum_exp_beside(row[0])));
}

TEST_CASE("log_sum_exp of a row with a NaN is NaN") {
  const double row[] = {1, std::nan(""), 2};
  CHECK(std::isnan(weighed_row<double>(row, 3).log_sum_exp()));
}
