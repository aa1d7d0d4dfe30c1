// SPDX-License-Identifier: MIT
// Effective sample sizes against closed forms, and against numbers that ArviZ 0.23.4 gives for the draws of this script, which
// draws.hpp repeats (like this library, ArviZ keeps τ at or above 1/log₁₀ S for S draws, and uses quantiles of type 7):
//
//     import arviz, numpy
//     def series(seed, n, k, phi):
//         chains = []
//         for c in range(n):
//             state, x, chain = seed + 7919 * c, 0.0, []
//             for i in range(k):
//                 state = (1664525 * state + 1013904223) % 2**32
//                 x = phi * x + state / 2**32 - 0.5
//                 chain.append(numpy.floor(x * 2**20) / 2**20)
//             chains.append(chain)
//         return numpy.array(chains)
//     cases = {
//         "autoregressive": series(1, 4, 200, 0.7),
//         "antithetic, odd": series(2, 3, 151, -0.6),
//         "random walks": series(3, 2, 40, 1.0),
//         "heavy tails": numpy.floor(1024 / series(4, 4, 100, 0.0)) / 1024,
//         "rounded": numpy.floor(4 * series(5, 2, 120, 0.5)),
//         "of different widths": series(6, 4, 80, 0.3) * numpy.array([[1], [1], [1], [3]]),
//         "short": series(7, 2, 10, 0.2),
//         "one chain": series(8, 1, 64, 0.9),
//         "slow": series(21, 1, 4000, 0.99),
//         "slow, odd": series(22, 2, 1501, 0.999),
//         "many slow": series(23, 40, 100, 0.95),
//     }
//     for name, x in cases.items():
//         ess = [arviz.ess(x, method=m) for m in ("bulk", "tail", "mean")]
//         quantiles = [arviz.ess(x, method="quantile", prob=p) for p in (0.05, 0.5, 0.95)]
//         r = arviz.rhat(x) if len(x) > 1 else numpy.nan
//         print(name, ", ".join("%.12g" % v for v in ess + quantiles + [arviz.mcse(x, method="mean"), r]))
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/ess.hpp>
#include <jem/metrics/mcse.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <limits>

namespace metrics = jem::metrics;

namespace {

using tensor  = jem::tensor<double, jem::eigen>;
using doubles = std::vector<double>;
using chains  = std::vector<std::vector<double>>;

constexpr double infinity = std::numeric_limits<double>::infinity();

chains mapped(chains x, const std::function<double(double)>& f) {
  for (auto& chain : x) {
    for (double& value : chain) value = f(value);
  }
  return x;
}

void check_golden(const std::string& name, double bulk, double tail, double mean, double mcse = -1) {
  CAPTURE(name);
  const auto draws = test::draws_of<tensor>(test::golden_chains().at(name));
  CHECK(metrics::ess_bulk(draws)[0] == doctest::Approx(bulk).epsilon(1e-10));
  CHECK(metrics::ess_tail(draws)[0] == doctest::Approx(tail).epsilon(1e-10));
  CHECK(metrics::ess_mean(draws)[0] == doctest::Approx(mean).epsilon(1e-10));
  if (mcse > 0) CHECK(metrics::mcse_mean(draws)[0] == doctest::Approx(mcse).epsilon(1e-10));
}

/// Checks that all measures are NaN.
void check_unknown(const tensor& draws) {
  for (const auto& result : {metrics::ess_bulk(draws), metrics::ess_tail(draws), metrics::ess_mean(draws),
                             metrics::ess_quantile(draws, 0.3), metrics::mcse_mean(draws)}) {
    REQUIRE(result.size() == 1);
    CHECK(std::isnan(result[0]));
  }
}

}  // namespace

TEST_CASE("effective sizes and standard errors agree with the published definitions") {
  check_golden("autoregressive", 196.387421467, 319.214642725, 195.193346547, 0.0283862756375);
  check_golden("antithetic, odd", 1193.9456312, 471.599729646, 1193.9456312, 0.00991365032031);
  check_golden("random walks", 10.7783741653, 20.0766081099, 10.7020679916, 0.159303040659);
  check_golden("heavy tails", 419.411568304, 464.037446192, 416.875057256, 7.93313715147);
  check_golden("rounded", 89.0517381182, 148.033546218, 91.5364558143, 0.135847392464);
  check_golden("of different widths", 194.780690108, 63.5235972478, 186.749511098, 0.0378699284297);
  check_golden("short", 26.0205999133, 21.7391304348, 26.0205999133, 0.0697123076561);
  check_golden("one chain", 1.69841977259, 12.7742454728, 1.64285075614, 0.588871534892);
}

TEST_CASE("effective sizes that need many lags agree with the published definitions, too") {
  check_golden("slow", 27.9067102009, 61.3948069895, 27.4346095041);
  check_golden("slow, odd", 11.3191582911, 27.2388721482, 11.4194065429);
  check_golden("many slow", 89.7088999659, 226.893605267, 88.60608633);
}

TEST_CASE("effective sizes of quantiles agree with the published definitions, and those of tails are the smaller ones of two") {
  const auto check = [](const std::string& name, double low, double middle, double high) {
    const auto draws = test::draws_of<tensor>(test::golden_chains().at(name));
    CHECK(metrics::ess_quantile(draws, 0.05)[0] == doctest::Approx(low).epsilon(1e-10));
    CHECK(metrics::ess_quantile(draws, 0.5)[0] == doctest::Approx(middle).epsilon(1e-10));
    CHECK(metrics::ess_quantile(draws, 0.95)[0] == doctest::Approx(high).epsilon(1e-10));
    CHECK(metrics::ess_tail(draws)[0] == std::min(metrics::ess_quantile(draws, 0.05)[0], metrics::ess_quantile(draws, 0.95)[0]));
  };
  check("autoregressive", 526.684341408, 260.133188341, 319.214642725);
  check("antithetic, odd", 471.599729646, 590.363848232, 514.685841266);
  check("random walks", 20.0766081099, 13.6442394005, 98.7012987013);
  check("heavy tails", 464.037446192, 449.845738619, 467.809263868);
  check("rounded", 148.033546218, 126.190972753, 156.916260711);
  check("short", 26.0205999133, 26.0205999133, 21.7391304348);
}

TEST_CASE("the even lag of the last pair that short chains allow counts with its sign if the pair is positive") {
  const auto draws = test::draws_of<tensor>(test::congruential_chains(7, 2, 10, 0.2));
  CHECK(metrics::ess_quantile(draws, 0.1)[0] == doctest::Approx(13.986).epsilon(1e-4));  // arviz.ess(…, method="quantile", prob=0.1)
}

TEST_CASE("the effective size of autoregressions is (1 - φ) / (1 + φ) of the draws, and more than all draws for φ < 0") {
  // 400 000 draws. The tolerance is about six standard deviations of the estimate, measured over 25 other seeds.
  for (const auto& [phi, tolerance] : {std::pair{0.0, 0.035}, {0.5, 0.055}, {0.9, 0.13}, {-0.5, 0.07}}) {
    CAPTURE(phi);
    const auto draws   = test::autoregressions<tensor>(20'000, 20, phi, 5);
    const double worth = (1 - phi) / (1 + phi) * 400'000;
    CHECK(metrics::ess_mean(draws)[0] == doctest::Approx(worth).epsilon(tolerance));
    CHECK(metrics::ess_bulk(draws)[0] == doctest::Approx(worth).epsilon(tolerance));
    CHECK(metrics::mcse_mean(draws)[0] * std::sqrt(worth) == doctest::Approx(1).epsilon(tolerance));
  }
}

TEST_CASE("the effective size of chains that alternate is limited to S·log₁₀ S") {
  doubles alternating;
  for (int i = 0; i < 100; ++i) alternating.push_back(i % 2 == 0 ? 1 : -1);
  CHECK(metrics::ess_mean(test::draws_of<tensor>({alternating, alternating}))[0] == doctest::Approx(200 * std::log10(200.0)));
}

TEST_CASE("a monotone transformation of the draws changes neither ess_bulk nor ess_tail, but ess_mean") {
  const auto x      = test::congruential_chains(9, 4, 100, 0.5);
  const auto before = test::draws_of<tensor>(x), after = test::draws_of<tensor>(mapped(x, [](double v) { return std::exp(9 * v); }));
  CHECK(metrics::ess_bulk(before) == metrics::ess_bulk(after));
  CHECK(metrics::ess_tail(before)[0] == doctest::Approx(metrics::ess_tail(after)[0]));
  CHECK(metrics::ess_mean(before)[0] != doctest::Approx(metrics::ess_mean(after)[0]).epsilon(0.01));
}

TEST_CASE("chains at different places have a very small effective size") {
  auto x = test::congruential_chains(10, 4, 500, 0);
  CHECK(metrics::ess_bulk(test::draws_of<tensor>(x))[0] > 1'000);
  for (double& value : x[0]) value += 10;
  CHECK(metrics::ess_bulk(test::draws_of<tensor>(x))[0] < 10);
}

TEST_CASE("each coordinate of the draws has an effective size") {
  test::on_every_tensor([]<class T>() {
    const auto slow = test::autoregressions<T>(60, 2, 0.8, 1).to_vector(), quick = test::autoregressions<T>(60, 2, 0, 2).to_vector();
    std::vector<float> both;
    for (std::size_t i = 0; i < slow.size(); ++i) both.push_back(slow[i]), both.push_back(quick[i]);
    const auto result = metrics::ess_bulk(T({60, 2, 2}, both));
    CHECK(result == doubles{metrics::ess_bulk(T({60, 2}, slow))[0], metrics::ess_bulk(T({60, 2}, quick))[0]});
    CHECK(result[0] < result[1]);
  });
}

TEST_CASE("constant, infinite, empty and too short draws have no effective size") {
  check_unknown(jem::full<tensor>({100, 4}, 0.1));
  auto x = test::congruential_chains(11, 2, 100, 0.5);
  check_unknown(test::draws_of<tensor>(test::congruential_chains(11, 2, 9, 0.5)));
  CHECK(std::isfinite(metrics::ess_bulk(test::draws_of<tensor>(test::congruential_chains(11, 2, 10, 0.5)))[0]));
  for (const double bad : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    x[1][50] = bad;
    check_unknown(test::draws_of<tensor>(x));
  }
  check_unknown(tensor(jem::shape{0, 2}));
  check_unknown(tensor(jem::shape{100, 0}));
}

TEST_CASE("draws need at least two axes") {
  const tensor flat(jem::shape{20});
  CHECK_THROWS_WITH_AS(metrics::ess_bulk(flat), "[ess_bulk] expected draws (k, n, …) of n chains but received (20)", std::invalid_argument);
  CHECK_THROWS_AS(metrics::ess_tail(flat), std::invalid_argument);
  CHECK_THROWS_AS(metrics::ess_mean(flat), std::invalid_argument);
  CHECK_THROWS_AS(metrics::mcse_mean(flat), std::invalid_argument);
  CHECK_THROWS_AS(metrics::ess_quantile(flat, 0.5), std::invalid_argument);
}

TEST_CASE("a quantile is that of a probability") {
  const auto draws = jem::full<tensor>({20, 2}, 1);
  CHECK_THROWS_WITH_AS(metrics::ess_quantile(draws, 1.5), "[ess_quantile] expected 0 <= p <= 1 but received 1.500000",
                       std::invalid_argument);
  CHECK_THROWS_AS(metrics::ess_quantile(draws, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
}
