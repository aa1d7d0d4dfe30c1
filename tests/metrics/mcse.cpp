// SPDX-License-Identifier: MIT
// Standard errors against closed forms, and against the numbers of ArviZ 0.23.4 for the draws of the script in ess.cpp:
//
//     for name, x in cases.items():
//         print(name, arviz.mcse(x, method="sd"), [arviz.mcse(x, method="quantile", prob=p) for p in (0.05, 0.5, 0.95)])
//
// ess.cpp has those of the mean.
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/mcse.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

void check_golden(const std::string& name, double sd, double low, double middle, double high) {
  CAPTURE(name);
  const auto draws = test::draws_of<tensor>(test::golden_chains().at(name));
  CHECK(metrics::mcse_sd(draws)[0] == doctest::Approx(sd).epsilon(1e-10));
  CHECK(metrics::mcse_quantile(draws, 0.05)[0] == doctest::Approx(low).epsilon(1e-10));
  CHECK(metrics::mcse_quantile(draws, 0.5)[0] == doctest::Approx(middle).epsilon(1e-10));
  CHECK(metrics::mcse_quantile(draws, 0.95)[0] == doctest::Approx(high).epsilon(1e-10));
}

}  // namespace

TEST_CASE("standard errors of the standard deviation and of quantiles agree with the published definitions") {
  check_golden("autoregressive", 0.0124548251371, 0.0323524475098, 0.0374164581299, 0.0538020133972);
  check_golden("antithetic, odd", 0.0132181094833, 0.0242400169373, 0.0242481231689, 0.0155129432678);
  check_golden("random walks", 0.0477714856858, 0.0867304801941, 0.208807468414, 0.0619640350342);
  check_golden("heavy tails", 68.8657969579, 2.41357421875, 0.10595703125, 3.3076171875);
  check_golden("rounded", 0.0603142852659, 0.5, 0.5, 0.5);
  check_golden("of different widths", 0.130026995457, 0.263932228088, 0.0568079948425, 0.298089027405);
  check_golden("short", 0.0228034575496, 0.0666255950928, 0.204851150513, 0.071240901947);
  check_golden("one chain", 0.106712443563, 0.169641017914, 0.630444049835, 0.415934562683);
}

TEST_CASE("standard errors of independent normals are those of the textbook") {
  // 40 000 draws: sd 1/√(2S), quantile √(p(1 − p)/S)/density. The tolerances are six standard deviations of
  // the ratio, 0.9, 6 and 10 % over 25 other seeds, and for quantiles the 5 % by which they are too large on average.
  const auto draws = test::autoregressions<tensor>(10'000, 4, 0, 3);
  CHECK(metrics::mcse_sd(draws)[0] == doctest::Approx(1 / std::sqrt(80'000.0)).epsilon(0.06));
  CHECK(metrics::mcse_quantile(draws, 0.5)[0] == doctest::Approx(0.5 / 200 * std::sqrt(2 * 3.141592653589793)).epsilon(0.41));
  CHECK(metrics::mcse_quantile(draws, 0.05)[0] == doctest::Approx(std::sqrt(0.0475) / 200 / 0.10313564).epsilon(0.65));
}

TEST_CASE("each coordinate has its standard errors, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto x = test::autoregressions<T>(60, 2, 0.5, 1).to_vector();
    std::vector<float> both;
    for (const float value : x) both.push_back(value), both.push_back(-8 * value);
    const T draws({60, 2, 2}, both);
    CHECK(metrics::mcse_sd(draws)[1] == doctest::Approx(8 * metrics::mcse_sd(draws)[0]).epsilon(1e-12));
    CHECK(metrics::mcse_quantile(draws, 0.5)[1] == doctest::Approx(8 * metrics::mcse_quantile(draws, 0.5)[0]).epsilon(0.2));
    CHECK(metrics::mcse_mean(draws)[1] == doctest::Approx(8 * metrics::mcse_mean(draws)[0]).epsilon(1e-12));
  });
}

TEST_CASE("constant, infinite, empty and too short draws have no standard errors") {
  auto bad  = test::congruential_chains(11, 2, 100, 0.5);
  bad[1][3] = std::numeric_limits<double>::infinity();
  for (const auto& draws : {jem::full<tensor>({100, 4}, 0.1), test::draws_of<tensor>(bad), tensor(jem::shape{0, 2}),
                            tensor(jem::shape{9, 0}), test::draws_of<tensor>(test::congruential_chains(11, 2, 9, 0.5))}) {
    CHECK(std::isnan(metrics::mcse_sd(draws)[0]));
    CHECK(std::isnan(metrics::mcse_quantile(draws, 0.5)[0]));
    CHECK(std::isnan(metrics::mcse_mean(draws)[0]));
  }
}

TEST_CASE("a standard error is asked for of a probability, and of draws with two axes") {
  CHECK_THROWS_WITH_AS(metrics::mcse_quantile(jem::full<tensor>({20, 2}, 1), -0.1),
                       "[mcse_quantile] expected 0 <= p <= 1 but received -0.100000", std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::mcse_sd(tensor(jem::shape{20})), "[mcse_sd] expected draws (k, n, …) of n chains but received (20)",
                       std::invalid_argument);
}
