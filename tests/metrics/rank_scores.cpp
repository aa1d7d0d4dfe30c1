// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/distributions.hpp"

#include <jem/metrics/rank_scores.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using doubles     = std::vector<double>;
using tensor      = jem::tensor<double, jem::eigen>;

TEST_CASE("draws (k, n, ...) are divided by coordinate, and then by chain") {
  test::on_every_tensor([]<class T>() {
    const T draws({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});  // two draws of three chains of two coordinates
    std::vector<metrics::chain_draws> seen;
    const auto result = metrics::detail::for_each_coordinate("test", draws, [&](const metrics::chain_draws& x) {
      seen.push_back(x);
      return x[2][1];
    });
    CHECK(seen == std::vector<metrics::chain_draws>{{{0, 6}, {2, 8}, {4, 10}}, {{1, 7}, {3, 9}, {5, 11}}});
    CHECK(result == doubles{10, 11});
  });
}

TEST_CASE("the result of a coordinate with NaN or infinity is NaN, and those of others are not") {
  const double nan = NAN, infinity = HUGE_VAL;
  const tensor draws({2, 1, 3}, {1, 2, nan, 1, infinity, 3});
  const auto result = metrics::detail::for_each_coordinate("test", draws, [](const auto&) { return 7.0; });
  CHECK(result[0] == 7);
  CHECK(std::isnan(result[1]));
  CHECK(std::isnan(result[2]));
}

TEST_CASE("draws of images have a result for each element, and so do draws without chains") {
  const auto count = [](const jem::shape& extents) {
    return metrics::detail::for_each_coordinate("test", jem::zeros<tensor>(extents), [](const auto&) { return 0.0; }).size();
  };
  CHECK(count({5, 2}) == 1);
  CHECK(count({5, 2, 4, 4, 3}) == 48);
  CHECK(count({0, 2, 3}) == 3);
  CHECK(count({5, 0, 3}) == 3);
  CHECK(count({5, 2, 0}) == 0);
  CHECK_THROWS_WITH_AS(count({5}), "[test] expected draws (k, n, …) of n chains but received (5)", std::invalid_argument);
}

TEST_CASE("chains are split into halves, and the middle one of an odd number of draws is in neither") {
  CHECK(metrics::detail::split({{1, 2, 3, 4}, {5, 6, 7, 8}}) == metrics::chain_draws{{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  CHECK(metrics::detail::split({{1, 2, 3}}) == metrics::chain_draws{{1}, {3}});
  CHECK(metrics::detail::split({{1}}) == metrics::chain_draws{{}, {}});
}

TEST_CASE("a quantile is interpolated linearly between its neighbours") {
  using metrics::detail::quantile;
  CHECK(quantile({3, 1, 2}, 0.5) == 2);
  CHECK(quantile({4, 1, 3, 2}, 0.5) == 2.5);
  CHECK(quantile({0, 10}, 0.05) == 0.5);
  CHECK(quantile({0, 10}, 0) == 0);
  CHECK(quantile({0, 10}, 1) == 10);
  CHECK(quantile({5}, 0.95) == 5);
}

TEST_CASE("the normal quantile inverts the normal distribution function to the last places, in both tails") {
  using metrics::detail::normal_quantile;
  for (double p = 1e-12; p < 1; p = p < 0.01 ? 3 * p : p + 0.01)
    CHECK(test::normal_cdf(normal_quantile(p)) == doctest::Approx(p).epsilon(1e-12));
  CHECK(normal_quantile(0.5) == doctest::Approx(0).scale(1).epsilon(1e-15));
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));  // from tables
  CHECK(normal_quantile(0.25) == -normal_quantile(0.75));
}

TEST_CASE("normal scores use ranks among all chains, and the mean rank for equal numbers") {
  const auto phi    = [](double rank, double size) { return metrics::detail::normal_quantile((rank - 0.375) / (size + 0.25)); };
  const auto scores = metrics::detail::normal_scores({{10, -5}, {1e9, 10}});
  CHECK(scores == metrics::chain_draws{{0, phi(1, 4)}, {-phi(1, 4), 0}});
  CHECK(phi(4, 4) == doctest::Approx(-phi(1, 4)).epsilon(1e-14));
  CHECK(metrics::detail::normal_scores({}).empty());
}

TEST_CASE("normal scores are symmetric, and 0 in the middle, ties or not") {
  const auto odd = metrics::detail::normal_scores({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  CHECK(odd[1][1] == 0);
  for (std::size_t i = 0; i < 9; ++i) CHECK(odd[i / 3][i % 3] == -odd[(8 - i) / 3][(8 - i) % 3]);
  const auto ties = metrics::detail::normal_scores({{1, 1, 1, 2, 2}, {3, 4, 5, 5, 5}});
  CHECK(ties[0][0] == metrics::detail::normal_quantile((2 - 0.375) / 10.25));
  CHECK(ties[0][0] == -ties[1][4]);
  CHECK(ties[0][3] == metrics::detail::normal_quantile((4.5 - 0.375) / 10.25));
  CHECK(metrics::detail::normal_scores({{3, 3}, {3, 3}}) == metrics::chain_draws{{0, 0}, {0, 0}});
}

TEST_CASE("the ranking of the halves of chains is that of the chains without their middle draws") {
  using metrics::detail::ranking, metrics::detail::split;
  for (const auto& x :
       {metrics::chain_draws{{5, 1, 9, 2}, {7, 3, 8, 4}}, {{5, 1, 9}, {7, 3, 8}}, {{6, 1, 0, 4, 2}, {7, 3, 8, 9, 5}}, {{1}, {2}}}) {
    const auto expected = ranking(split(x)), found = split(ranking(x), x[0].size());
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].value == expected[i].value);
      CHECK(found[i].place == expected[i].place);
    }
  }
}
