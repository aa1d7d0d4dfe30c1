// SPDX-License-Identifier: MIT
// Nested R̂ against its definition; the golden number is this one's, for the `series` of ess.cpp:
//
//     s = series(31, 6, 20, 0.5).reshape(3, 2, 20)
//     W = (s.mean(2).var(1, ddof=1) + s.var(2, ddof=1).mean(1)).mean()
//     print(numpy.sqrt(1 + s.mean((1, 2)).var(ddof=1) / W))
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/nested_rhat.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

double nested(const std::vector<std::vector<double>>& chains, jem::index_t superchains) {
  return metrics::nested_rhat(test::draws_of<tensor>(chains), superchains)[0];
}

}  // namespace

TEST_CASE("nested R-hat has the value of its definition") {
  // Superchains {1, 3}, {5, 7} and {2, 4}, {8, 10}: means 4 and 6, B = 2; variances of chains 2, of their means 8 and 18, W = 15.
  CHECK(nested({{1, 3}, {5, 7}, {2, 4}, {8, 10}}, 2) == doctest::Approx(std::sqrt(1 + 2.0 / 15)));
  CHECK(nested(test::congruential_chains(31, 6, 20, 0.5), 3) == doctest::Approx(1.03326310165).epsilon(1e-11));
}

TEST_CASE("single draws vary between the chains of a superchain, single chains within themselves") {
  CHECK(nested({{1}, {5}, {2}, {8}}, 2) == doctest::Approx(std::sqrt(1 + 2.0 / 13)));  // means 3, 5; variances 8, 18
  CHECK(nested({{1, 3}, {5, 7}}, 2) == doctest::Approx(std::sqrt(1 + 8.0 / 2)));       // means 2, 6; variances 2
}

TEST_CASE("nested R-hat of one independent draw of each chain is near √(1 + 1/M)") {
  // K = 400: B·M/W is F(399, ·) with a standard deviation of √(2/399) = 0.07, which is 0.0007 of R̂ − 1 of 0.01; five of them.
  const auto draws = test::autoregressions<tensor>(1, 400 * 50, 0, 2);
  CHECK(metrics::nested_rhat(draws, 400)[0] == doctest::Approx(std::sqrt(1.02)).epsilon(0.0035));
}

TEST_CASE("nested R-hat sees superchains that have not forgotten their starts, and not chains that differ within them") {
  auto within = test::congruential_chains(5, 64, 5, 0), between = within;
  for (std::size_t c = 0; c < 64; ++c) {
    for (double& value : within[c]) value += static_cast<double>(c % 16);
    for (double& value : between[c]) value += static_cast<double>(c / 16);
  }
  CHECK(nested(within, 4) < 1.01);
  CHECK(nested(between, 4) > 2);
}

TEST_CASE("each coordinate has a nested R-hat, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto x = test::autoregressions<T>(5, 8, 0, 1).to_vector();
    std::vector<float> both;
    for (std::size_t i = 0; i < x.size(); ++i) both.push_back(x[i]), both.push_back(x[i] + 5 * static_cast<float>(i % 8 / 4));
    const auto result = metrics::nested_rhat(T({5, 8, 2}, both), 2);
    REQUIRE(result.size() == 2);
    CHECK(result[0] < 1.1);
    CHECK(result[1] > 2);
  });
}

TEST_CASE("constant, infinite and empty draws and a single superchain have no nested R-hat; constant ones that differ an infinite one") {
  CHECK(std::isnan(nested({{1, 1}, {1, 1}}, 2)));
  CHECK(std::isnan(nested({{1, 2}, {HUGE_VAL, 1}}, 2)));
  CHECK(std::isnan(nested({{1, 2}, {3, 1}}, 1)));
  CHECK(std::isnan(metrics::nested_rhat(tensor(jem::shape{0, 4}), 2)[0]));
  CHECK(std::isnan(metrics::nested_rhat(tensor(jem::shape{4, 0}), 2)[0]));
  CHECK(nested({{1, 1}, {1, 1}, {2, 2}, {2, 2}}, 2) == HUGE_VAL);
}

TEST_CASE("superchains have one size, and draws two axes") {
  CHECK_THROWS_WITH_AS(nested({{1}, {2}, {3}}, 2), "[nested_rhat] expected chains in 2 superchains of one size but received 3 chains",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(nested({{1}, {2}}, 0), "[nested_rhat] expected superchains >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_AS(metrics::nested_rhat(tensor(jem::shape{20}), 2), std::invalid_argument);
}
