// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/tensor/distances.hpp>
#include <jem/tensor/noise.hpp>

using test::eigen_double, test::eigen_float;

TEST_CASE_TEMPLATE("squared distances are those of each pair of rows", T, eigen_double, test::guarded_double) {
  const T x({2, 1, 2}, {0, 0, 3, 4}), y({3, 1, 2}, {0, 0, 3, 0, -1, 1});
  CHECK(test::largest_difference(jem::squared_distances(x, y), std::vector<double>{0, 9, 2, 25, 16, 25}) < 1e-12);
}

TEST_CASE("the rounded distance of a row from itself is not negative") {
  jem::rng g{3};
  const auto x = jem::normal<eigen_float>({20, 50}, g);
  const auto d = jem::squared_distances(x, x);
  CHECK(std::ranges::min(d) >= 0);
  for (std::size_t i = 0; i < 20; ++i) CHECK(d[21 * i] < 1e-4);
}

TEST_CASE("squared_distances refuses rows of different shapes") {
  CHECK_THROWS_WITH_AS(jem::squared_distances(jem::zeros<eigen_double>({2, 3}), jem::zeros<eigen_double>({2, 4})),
                       "[squared_distances] expected (2, 3) but received (2, 4)", std::invalid_argument);
}

TEST_CASE_TEMPLATE("the nearest other row is not the row itself, and the first of two that are equally near", T, eigen_double,
                   test::guarded_double) {
  const T x({5, 1, 2}, {0, 0, 1, 0, -1, 0, 5, 5, 5, 5});
  CHECK(jem::nearest_others(x).to_vector() == std::vector<std::int32_t>{1, 0, 0, 4, 3});
  CHECK_THROWS_AS(jem::nearest_others(jem::zeros<T>({1, 2})), std::invalid_argument);
}
