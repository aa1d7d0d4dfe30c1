// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/metrics/running_summary.hpp>
#include <jem/metrics/summary.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

template <class T>
metrics::running_summary seen_of(const T& draws, std::vector<std::string> names = {}) {
  metrics::running_summary seen(std::move(names));
  jem::shape each;
  for (jem::index_t axis = 1; axis < draws.extents().rank(); ++axis) each.push_back(draws.extent(axis));
  const auto values = draws.to_vector();
  for (jem::index_t i = 0; i < draws.extent(0); ++i) {
    const auto first = values.begin() + i * each.size();
    seen.add(T(each, {first, first + each.size()}));
  }
  return seen;
}

}  // namespace

TEST_CASE("moments of a stream are those of the draws, and quantiles are within the bound of ranks") {
  test::on_every_tensor([]<class T>() {
    const auto draws = test::autoregressions<T>(600, 4, 0.5, 1);
    const auto seen  = seen_of(draws, {"x"});
    const auto row = seen.result()["x"], exact = metrics::summary(draws)["x"];
    CHECK(row.mean == doctest::Approx(exact.mean).scale(1).epsilon(1e-12));
    CHECK(row.sd == doctest::Approx(exact.sd).epsilon(1e-12));
    const auto values = draws.to_vector();
    std::vector<double> sorted(values.begin(), values.end());
    std::ranges::sort(sorted);
    const double error = seen.rank_error() + 1.0 / 2400;
    CHECK(error < 0.01);
    for (const auto& [p, value] : {std::pair{0.05, row.q05}, {0.5, row.median}, {0.95, row.q95}}) {
      CHECK(value >= metrics::detail::sorted_quantile(sorted, p - error));
      CHECK(value <= metrics::detail::sorted_quantile(sorted, p + error));
    }
  });
}

TEST_CASE("errors and effective sizes of a stream are near those of the draws") {
  // Batch means of 4 chains of at least 32 batches: a relative standard deviation of the ESS of √(2/128) = 0.125, of errors half of it. The
  // bounds are at five of them, and at ten for quantiles, whose errors are rough in both.
  const auto draws = test::autoregressions<tensor>(20'000, 4, 0.6, 2);
  const auto table = seen_of(draws).result();
  const auto row = table["x"], exact = metrics::summary(draws)["x"];
  CHECK(table.streamed);
  CHECK(row.ess_bulk == doctest::Approx(20'000).epsilon(0.63));
  CHECK(row.mcse_mean == doctest::Approx(exact.mcse_mean).epsilon(0.32));
  CHECK(row.mcse_sd == doctest::Approx(exact.mcse_sd).epsilon(0.32));
  CHECK(row.ess_tail == doctest::Approx(80'000 * (1 - 0.36) / (1 + 0.36)).epsilon(0.63));  // x² of a normal autoregression has φ²
  CHECK(row.mcse_median == doctest::Approx(exact.mcse_median).epsilon(0.63));
  CHECK(row.mcse_q05 == doctest::Approx(exact.mcse_q05).epsilon(0.63));
  CHECK(row.mcse_q95 == doctest::Approx(exact.mcse_q95).epsilon(0.63));
  CHECK(table.converged());
}

TEST_CASE("R-hat of a stream is the split one of the draws without ranks, if all batches are full") {
  const auto chains = test::congruential_chains(3, 4, 512, 0.9);
  const auto row    = seen_of(test::draws_of<tensor>(chains)).result()["x"];
  CHECK(row.rhat == doctest::Approx(metrics::detail::scale_reduction(metrics::detail::split(chains))).epsilon(1e-12));
}

TEST_CASE("R-hat of a stream sees chains at different places and trends, and not chains of different widths") {
  const auto same = test::congruential_chains(20, 4, 600, 0);
  auto apart = same, trend = same, wide = same;
  for (double& value : apart[2]) value += 0.3;
  for (double& value : wide[2]) value *= 4;
  for (auto& chain : trend) {
    for (std::size_t i = 0; i < chain.size(); ++i) chain[i] += 0.002 * static_cast<double>(i);
  }
  const auto rhat = [](const auto& chains) { return seen_of(test::draws_of<tensor>(chains)).result()["x"].rhat; };
  CHECK(rhat(same) < 1.01);
  CHECK(rhat(apart) > 1.1);
  CHECK(rhat(trend) > 1.1);
  CHECK(rhat(wide) < 1.01);
}

TEST_CASE("a running summary observes a run, whose draws are those of sample") {
  using floats = jem::tensor<float, jem::eigen>;
  const jem::gaussian<floats> energy(floats({2}, {1, -2}), jem::full<floats>({2}, 1));
  const jem::hmc kernel({.step_size = 0.3f, .steps = 5});
  metrics::running_summary seen({"mu", "tau"});
  jem::rng g{1}, same = g;
  (void)jem::evolve(kernel, energy, jem::zeros<floats>({4, 2}), 300, g, seen);
  const auto draws = jem::sample(kernel, energy, jem::zeros<floats>({4, 2}), 300, same);
  const auto table = seen.result(), exact = metrics::summary(draws, {"mu", "tau"});
  CHECK(table.draws == 300);
  CHECK(table.chains == 4);
  CHECK(table["tau"].mean == doctest::Approx(exact["tau"].mean).epsilon(1e-12));
  CHECK(table["mu"].sd == doctest::Approx(exact["mu"].sd).epsilon(1e-12));
  CHECK(to_string(table).starts_with("4 chains of 300 draws\n"));
}

TEST_CASE("chains that never move, constants and numbers that are not finite are told as in a summary of draws") {
  const tensor draws({3, 3, 2}, {1, 0, 2, 0, 3, 0, 1, 0, 4, 0, NAN, 0, 1, 0, 5, 0, HUGE_VAL, 0});
  const auto table = seen_of(draws, {"a", "b"}).result(), exact = metrics::summary(draws, {"a", "b"});
  CHECK(table.stuck == std::vector<jem::index_t>{0});
  CHECK(table["a"].bad.count == 2);
  CHECK(table["a"].bad.draw == 1);
  CHECK(table["a"].bad.chain == 2);
  CHECK(std::isnan(table["a"].mean));
  CHECK(table["b"].mean == 0);
  CHECK(table["b"].sd == 0);
  CHECK(std::isnan(table["b"].ess_bulk));
  CHECK(std::isnan(table["b"].rhat));
  CHECK(notes(table) == notes(exact));
}

TEST_CASE("nothing seen, one draw, no chains and no coordinates have what can be known of them") {
  CHECK(metrics::running_summary().result().rows.empty());
  CHECK(!metrics::running_summary().result().converged());
  const auto one = seen_of(test::draws_of<tensor>({{5}, {7}})).result();
  CHECK(one["x"].mean == 6);
  CHECK(one["x"].median == 6);
  CHECK(one.stuck.empty());
  CHECK(std::isnan(one["x"].rhat));
  CHECK(std::isnan(seen_of(jem::zeros<tensor>({4, 0})).result()["x"].mean));
  CHECK(seen_of(jem::zeros<tensor>({4, 3, 0})).result().rows.empty());
  CHECK(seen_of(jem::zeros<tensor>({4, 3, 0})).result().stuck.empty());
}

TEST_CASE("names that do not fit and positions of another shape are refused") {
  metrics::running_summary seen({"mu"});
  CHECK_THROWS_WITH_AS(seen.add(jem::zeros<tensor>({4, 2})),
                       "[running_summary] expected 2 names, one for each coordinate of a draw (2) but received 1", std::invalid_argument);
  metrics::running_summary other;
  other.add(jem::zeros<tensor>({4, 2}));
  CHECK_THROWS_WITH_AS(other.add(jem::zeros<tensor>({3, 2})), "[running_summary] expected (4, 2) but received (3, 2)",
                       std::invalid_argument);
}
