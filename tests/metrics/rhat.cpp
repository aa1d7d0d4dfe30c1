// SPDX-License-Identifier: MIT
// Compares R̂ with its definition, and with numbers of ArviZ 0.23.4; ess.cpp has the script.
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/rhat.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace metrics = jem::metrics;

namespace {

using tensor = jem::tensor<double, jem::eigen>;
using test::congruential_chains;

double rhat(const std::vector<std::vector<double>>& chains) { return metrics::rhat(test::draws_of<tensor>(chains))[0]; }

}  // namespace

TEST_CASE("R-hat agrees with the published definition") {
  auto heavy = congruential_chains(4, 4, 100, 0), rounded = congruential_chains(5, 2, 120, 0.5),
       widths = congruential_chains(6, 4, 80, 0.3);
  for (auto& chain : heavy) {
    for (double& value : chain) value = std::floor(1024 / value) / 1024;
  }
  for (auto& chain : rounded) {
    for (double& value : chain) value = std::floor(4 * value);
  }
  for (double& value : widths[3]) value *= 3;
  CHECK(rhat(congruential_chains(1, 4, 200, 0.7)) == doctest::Approx(1.00360759277).epsilon(1e-11));
  CHECK(rhat(congruential_chains(2, 3, 151, -0.6)) == doctest::Approx(0.997866713489).epsilon(1e-11));
  CHECK(rhat(congruential_chains(3, 2, 40, 1)) == doctest::Approx(1.19155136765).epsilon(1e-11));
  CHECK(rhat(heavy) == doctest::Approx(1.00548739318).epsilon(1e-11));
  CHECK(rhat(rounded) == doctest::Approx(1.02083914416).epsilon(1e-11));
  CHECK(rhat(widths) == doctest::Approx(1.12143950126).epsilon(1e-11));
  CHECK(rhat(congruential_chains(7, 2, 10, 0.2)) == doctest::Approx(1.00529281558).epsilon(1e-11));
  CHECK(rhat(congruential_chains(22, 2, 1501, 0.999)) == doctest::Approx(1.18127801156).epsilon(1e-11));
  CHECK(rhat(congruential_chains(23, 40, 100, 0.95)) == doctest::Approx(1.41806358726).epsilon(1e-11));
}

TEST_CASE("scale_reduction compares the variance between chains to that within chains") {
  // W = 1, n = 3, and B/n is the variance of {2, 4}, which is 2.
  CHECK(metrics::detail::scale_reduction({{1, 2, 3}, {3, 4, 5}}) == doctest::Approx(std::sqrt(2.0 / 3 + 2)));
}

TEST_CASE("R-hat is near 1 for equal distributions, and larger if one chain has another mean or width or all have a trend") {
  const auto same = congruential_chains(20, 4, 500, 0);
  CHECK(rhat(same) < 1.01);
  auto apart = same, wide = same, trend = same;
  for (double& value : apart[2]) value += 0.3;
  for (double& value : wide[2]) value *= 4;
  for (auto& chain : trend) {
    for (std::size_t i = 0; i < chain.size(); ++i) chain[i] += 0.002 * static_cast<double>(i);
  }
  CHECK(rhat(apart) > 1.1);
  CHECK(rhat(wide) > 1.1);
  CHECK(rhat(trend) > 1.1);  // the chains are alike, but their halves differ
}

TEST_CASE("R-hat finds a single chain with a trend by comparing its halves") {
  std::vector<double> arriving;
  for (int i = 0; i < 100; ++i) arriving.push_back(i < 50 ? i : 50 + (i * 37) % 11);
  CHECK(rhat({arriving}) > 1.5);
}

TEST_CASE("R-hat is infinite for constant chains at different places") {
  CHECK(rhat({std::vector<double>(20, 0.1), std::vector<double>(20, 0.3)}) == std::numeric_limits<double>::infinity());
}

TEST_CASE("R-hat is finite for draws of two values, whose distances from the median are constant") {
  std::vector<double> coin;
  for (int i = 0; i < 64; ++i) coin.push_back((i * i / 3) % 2 == 0 ? 1 : -1);
  const double value = rhat({coin, coin});
  CHECK(std::isfinite(value));
  CHECK(value > 0.9);
}

TEST_CASE("each coordinate has an R-hat, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto well = test::autoregressions<T>(100, 4, 0, 1).to_vector();
    std::vector<float> both;
    for (std::size_t i = 0; i < well.size(); ++i) both.push_back(well[i]), both.push_back(well[i] + 2 * static_cast<float>(i % 4));
    const auto result = metrics::rhat(T({100, 4, 2}, both));
    CHECK(result.size() == 2);
    CHECK(result[0] == metrics::rhat(T({100, 4}, well))[0]);
    CHECK(result[0] < 1.05);
    CHECK(result[1] > 1.5);
  });
}

TEST_CASE("constant, infinite, empty and too short draws have no R-hat") {
  CHECK(std::isnan(metrics::rhat(jem::full<tensor>({100, 4}, 0.1))[0]));
  auto x = congruential_chains(11, 2, 100, 0.5);
  CHECK(std::isnan(rhat(congruential_chains(11, 2, 3, 0.5))));
  CHECK(std::isfinite(rhat(congruential_chains(11, 2, 4, 0.5))));
  for (const double bad : {HUGE_VAL, -HUGE_VAL, std::numeric_limits<double>::quiet_NaN()}) {
    x[1][50] = bad;
    CHECK(std::isnan(rhat(x)));
  }
  CHECK(std::isnan(metrics::rhat(tensor(jem::shape{0, 2}))[0]));
  CHECK(std::isnan(metrics::rhat(tensor(jem::shape{100, 0}))[0]));
  CHECK_THROWS_WITH_AS(metrics::rhat(tensor(jem::shape{20})), "[rhat] expected draws (k, n, …) of n chains but received (20)",
                       std::invalid_argument);
}

TEST_CASE("distances from the median are ranked by merging the two sides of a ranking") {
  for (const auto& x : {metrics::chain_draws{{5, 1, 9, 2}}, {{5, 1, 9}, {-7, 3, 8}}, {{1, 2, 2, 2, 3}}, {{4}}, {{0, 0, 0, 1}}}) {
    const auto found    = metrics::detail::folded(metrics::detail::ranking(x));
    auto distances      = metrics::detail::pooled(x);
    const double median = metrics::detail::quantile(distances, 0.5);
    for (double& value : distances) value = std::abs(value - median);
    std::vector<double> placed(found.size(), -1);
    for (std::size_t i = 0; i < found.size(); ++i) {
      placed[found[i].place] = found[i].value;
      CHECK((i == 0 || found[i - 1].value <= found[i].value));
    }
    CHECK(placed == distances);
  }
}
