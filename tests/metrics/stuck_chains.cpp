// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/stuck_chains.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;
using indices     = std::vector<jem::index_t>;

TEST_CASE("the chains that never move are named, and those that move in one coordinate or once are not") {
  test::on_every_tensor([]<class T>() {
    // Three draws of four chains of two coordinates.
    const T draws({3, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8,  //
                              1, 2, 3, 5, 5, 6, 7, 8,  //
                              1, 2, 3, 4, 5, 6, 7, 9});
    CHECK(metrics::stuck_chains(draws) == indices{0, 2});
  });
}

TEST_CASE("a chain that stands on NaN is stuck, one that reaches it is not") {
  CHECK(metrics::stuck_chains(test::draws_of<tensor>({{NAN, NAN, NAN}, {1, NAN, NAN}, {HUGE_VAL, HUGE_VAL, HUGE_VAL}})) == indices{0, 2});
}

TEST_CASE("fewer than two draws, no chains and no coordinates tell of no chain that stands still") {
  CHECK(metrics::stuck_chains(tensor(jem::shape{1, 3})).empty());
  CHECK(metrics::stuck_chains(tensor(jem::shape{0, 3})).empty());
  CHECK(metrics::stuck_chains(tensor(jem::shape{5, 0, 2})).empty());
  CHECK(metrics::stuck_chains(tensor(jem::shape{5, 3, 0})).empty());
  CHECK_THROWS_WITH_AS(metrics::stuck_chains(tensor(jem::shape{5})), "[stuck_chains] expected draws (k, n, …) of n chains but received (5)",
                       std::invalid_argument);
}
