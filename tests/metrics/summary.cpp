// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/metrics/summary.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

/// Equal, or both NaN.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// (k, n, 2): two coordinates from two sets of chains.
tensor both(const std::vector<std::vector<double>>& x, const std::vector<std::vector<double>>& y) {
  std::vector<double> values;
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    for (std::size_t c = 0; c < x.size(); ++c) values.push_back(x[c][i]), values.push_back(y[c][i]);
  }
  return tensor({std::ssize(x[0]), std::ssize(x), 2}, values);
}

}  // namespace

TEST_CASE("the summary has the numbers of each measure, to the last bit") {
  for (const auto& [name, chains] : test::golden_chains()) {
    CAPTURE(name);
    const auto draws = test::draws_of<tensor>(chains);
    const auto row   = metrics::summary(draws)["x"];
    const auto all   = metrics::detail::pooled(chains);
    CHECK(row.mean == metrics::detail::mean(all));
    CHECK(row.sd == std::sqrt(metrics::detail::variance(all)));
    CHECK(row.mcse_mean == metrics::mcse_mean(draws)[0]);
    CHECK(row.mcse_sd == metrics::mcse_sd(draws)[0]);
    CHECK(row.q05 == metrics::detail::quantile(all, 0.05));
    CHECK(row.median == metrics::detail::quantile(all, 0.5));
    CHECK(row.q95 == metrics::detail::quantile(all, 0.95));
    CHECK(row.mcse_q05 == metrics::mcse_quantile(draws, 0.05)[0]);
    CHECK(row.mcse_median == metrics::mcse_quantile(draws, 0.5)[0]);
    CHECK(row.mcse_q95 == metrics::mcse_quantile(draws, 0.95)[0]);
    CHECK(row.ess_bulk == metrics::ess_bulk(draws)[0]);
    CHECK(row.ess_tail == metrics::ess_tail(draws)[0]);
    CHECK(row.rhat == metrics::rhat(draws)[0]);
    CHECK(std::isnan(row.nested_rhat));
  }
}

TEST_CASE("the summary of float draws is computed in double, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto table = metrics::summary(test::autoregressions<T>(500, 4, 0.3, 1), {"phi"});
    const auto exact = metrics::summary(tensor({500, 4}, [] {
      const auto x = test::autoregressions<T>(500, 4, 0.3, 1).to_vector();
      return std::vector<double>(x.begin(), x.end());
    }()));
    CHECK(table.draws == 500);
    CHECK(table.chains == 4);
    CHECK(table["phi"].mean == exact["x"].mean);
    CHECK(table["phi"].sd == exact["x"].sd);
    CHECK(table["phi"].ess_bulk == exact["x"].ess_bulk);
    CHECK(table.converged());
    CHECK(notes(table).empty());
  });
}

TEST_CASE("a table of two coordinates reads as expected") {
  const auto slow = test::congruential_chains(1, 4, 1000, 0.9), quick = test::congruential_chains(2, 4, 1000, 0);
  CHECK(to_string(metrics::summary(both(quick, slow), {"mu", "tau"})) ==
        "4 chains of 1000 draws\n"
        "      mean    MCSE     sd    MCSE     5 %   50 %   95 %  ESS bulk  tail  R-hat\n"
        "mu   0.004  0.0046  0.289  0.0020  -0.452  0.005  0.452      4091  4012  1.000\n"
        "tau   0.04   0.043   0.65   0.020   -1.03   0.06   1.10       228   606  1.009\n"
        "An effective sample size is not at least 400: tau\n");
}

TEST_CASE("each coordinate has its own row, and coordinates without names are numbered") {
  const auto x = test::congruential_chains(1, 2, 50, 0.9), y = test::congruential_chains(2, 2, 50, 0);
  const auto table = metrics::summary(both(x, y));
  REQUIRE(table.rows.size() == 2);
  CHECK(table["x[1]"].mean == metrics::summary(test::draws_of<tensor>(x))["x"].mean);
  CHECK(table["x[2]"].rhat == metrics::summary(test::draws_of<tensor>(y))["x"].rhat);
  CHECK(metrics::summary(jem::zeros<tensor>({10, 2, 2, 1, 3}))["x[2,1,3]"].sd == 0);
}

TEST_CASE("constant coordinates and those that are not finite are told, and the others are as without them") {
  const auto x = test::congruential_chains(1, 4, 500, 0);
  auto bad     = x;
  bad[2][7] = NAN, bad[1][9] = HUGE_VAL;
  const auto table = metrics::summary(both(x, bad), {"good", "bad"});
  CHECK(table["good"].ess_bulk == metrics::summary(test::draws_of<tensor>(x))["x"].ess_bulk);
  CHECK(table["bad"].bad.count == 2);
  CHECK(table["bad"].bad.draw == 7);
  CHECK(table["bad"].bad.chain == 2);
  CHECK(std::isnan(table["bad"].mean));
  CHECK(std::isnan(table["bad"].q05));
  CHECK(!table.converged());
  CHECK(notes(table).size() == 1);
  const auto still = metrics::summary(both(x, std::vector(4, std::vector<double>(500, 0.1))), {"good", "still"});
  CHECK(still["still"].sd == 0);
  CHECK(still["still"].median == 0.1);
  CHECK(std::isnan(still["still"].ess_bulk));
  CHECK(!still.converged());
  CHECK(notes(still) == std::vector<std::string>{"All draws are equal: still"});
}

TEST_CASE("chains that never move are named by their numbers, and the draws are not believed") {
  auto x = test::congruential_chains(1, 8, 500, 0);
  x[3] = x[6]      = std::vector<double>(500, x[3][0]);
  const auto table = metrics::summary(test::draws_of<tensor>(x));
  CHECK(table.stuck == std::vector<jem::index_t>{3, 6});
  CHECK(!table.converged());
  CHECK(to_string(table).find("These chains never move (counted from 0): 3, 6\n") != std::string::npos);
}

TEST_CASE("a chain that starts where the energy is infinite or the gradient is NaN is named, though its draws may be finite") {
  test::on_every_tensor([]<class T>() {
    const jem::gaussian<T> energy(jem::zeros<T>({1}), jem::full<T>({1}, 1));
    const jem::hmc kernel({.step_size = 0.5f, .steps = 3});
    jem::rng g{1};
    const auto table = metrics::summary(jem::sample(kernel, energy, T({4, 1}, {0, 1e30f, 1, NAN}), 20, g));
    CHECK(table.stuck == std::vector<jem::index_t>{1, 3});
    CHECK(table["x[1]"].bad.count == 20);
    CHECK(table["x[1]"].bad.chain == 3);
    CHECK(!table.converged());
  });
}

TEST_CASE("nested chains are judged by nested R-hat, for a single draw of each, too") {
  // 8 superchains of 200 chains: nested R-hat of independent draws is below 1 + 1/2M · F(7, ∞)/1 = 1.01 unless F > 4, one in 4 000.
  const auto draws = test::autoregressions<tensor>(1, 1600, 0, 3);
  const auto table = metrics::summary(draws, {}, 8);
  CHECK(table["x"].nested_rhat == metrics::nested_rhat(draws, 8)[0]);
  CHECK(std::isnan(table["x"].rhat));
  CHECK(table.converged());
  CHECK(!metrics::summary(draws).converged());
  CHECK(to_string(table).find("nested") != std::string::npos);
}

TEST_CASE("few draws and no draws, one chain and no chains have what can be known of them") {
  const auto of = [](const jem::shape& extents) { return metrics::summary(jem::full<tensor>(extents, 2)); };
  CHECK(std::isnan(of({0, 2})["x"].mean));
  CHECK(std::isnan(of({5, 0})["x"].mean));
  CHECK(of({5, 2, 0}).rows.empty());
  CHECK(of({1, 1})["x"].mean == 2);
  CHECK(std::isnan(of({1, 1})["x"].sd));
  const auto few = metrics::summary(test::draws_of<tensor>({{1, 2, 3, 5}}))["x"];
  CHECK(few.median == 2.5);
  CHECK(few.rhat > 1);
  CHECK(std::isnan(few.ess_bulk));
  CHECK(std::isnan(metrics::summary(test::draws_of<tensor>({{1, 2, 5}}))["x"].rhat));
  const auto one = metrics::summary(test::autoregressions<tensor>(2000, 1, 0, 5));
  CHECK(one["x"].ess_bulk > 1000);
  CHECK(one.converged());
  CHECK(same(one["x"].nested_rhat, NAN));
}

TEST_CASE("names, superchains and axes that do not fit are refused") {
  const auto draws = jem::zeros<tensor>({10, 4, 2});
  CHECK_THROWS_WITH_AS(metrics::summary(draws, {"mu", "tau", "eta"}),
                       "[summary] expected 2 names, one for each coordinate of a draw (2) but received 3", std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::summary(draws, {"mu", "mu"}), "[summary] expected different names but received mu twice",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::summary(draws, {}, 3), "[summary] expected chains in 3 superchains of one size but received 4 chains",
                       std::invalid_argument);
  CHECK_THROWS_AS(metrics::summary(draws, {}, -1), std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::summary(tensor(jem::shape{20})), "[summary] expected draws (k, n, …) of n chains but received (20)",
                       std::invalid_argument);
}
