// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/sampling/finite_start.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using tensor = jem::tensor<double, jem::reference>;

constexpr double none = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();

void check(const tensor& energy, const tensor& gradient) {
  jem::expect_finite_start("warm_up", jem::point<tensor>{jem::zeros<tensor>(gradient.extents()), energy, gradient});
}

}  // namespace

TEST_CASE("finite energies and gradients pass, however large") {
  CHECK_NOTHROW(check(tensor({2}, {1e300, -1e300}), tensor({2, 2}, {1e308, 1e308, -1e308, 0})));
}

TEST_CASE("chains with an energy that is not finite are named") {
  const auto slopes = jem::zeros<tensor>({3, 2});
  CHECK_THROWS_WITH_AS(check(tensor({3}, {1, infinite, 2}), slopes),
                       "[warm_up] expected a finite energy at each start but received inf for chain 1, counted from 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check(tensor({3}, {-infinite, 1, none}), slopes),
                       "[warm_up] expected a finite energy at each start but received -inf for chains 0, 2, counted from 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(check(jem::full<tensor>({3}, none), slopes),
                       "[warm_up] expected a finite energy at each start but received nan for all 3 chains", std::invalid_argument);
  auto many = std::vector<double>(20, infinite);
  many[0]   = 0;
  CHECK_THROWS_WITH_AS(
      check(tensor({20}, many), jem::zeros<tensor>({20, 2})),
      "[warm_up] expected a finite energy at each start but received inf for chains 1, 2, 3, 4, 5, 6 and 13 others, counted from 0",
      std::invalid_argument);
}

TEST_CASE("chains with a gradient that is not finite are named") {
  CHECK_THROWS_WITH_AS(check(tensor({2}, {1, 1}), tensor({2, 2}, {1, 1, 1, none})),
                       "[warm_up] expected a finite gradient at each start but received one that is not for chain 1, counted from 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(check(tensor({2}, {1, 1}), tensor({2, 2}, {infinite, -infinite, 1, 1})), std::invalid_argument);
}

TEST_CASE("a start needs chains and coordinates") {
  CHECK_THROWS_WITH_AS(check(tensor(jem::shape{0}), tensor({0, 2})),
                       "[warm_up] expected at least one chain and one coordinate but received (0, 2)", std::invalid_argument);
  CHECK_THROWS_AS(check(tensor({2}, {1, 1}), tensor({2, 0})), std::invalid_argument);
  CHECK_THROWS_WITH_AS(check(tensor({2}, {1, 1}), tensor({2}, {1, 1})), "[warm_up] expected a start (n, d) but received (2)",
                       std::invalid_argument);
}
