// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/metrics/batch_means.hpp>
#include <jem/metrics/moments.hpp>

#include <doctest/doctest.h>

using jem::metrics::batch_means;

namespace {

std::vector<double> chain(jem::index_t k, double phi, std::uint64_t seed) {
  return test::autoregressions<jem::tensor<double, jem::eigen>>(k, 1, phi, seed).to_vector();
}

batch_means batched(const std::vector<double>& x, jem::index_t most) {
  batch_means all(most);
  for (const double value : x) all.add(value);
  return all;
}

}  // namespace

TEST_CASE("batches double in length when all are full, and have the means of their draws") {
  batch_means all(4);
  const auto means = [&] {
    std::vector<double> result;
    for (const auto& batch : all.batches()) result.push_back(batch.mean());
    return result;
  };
  using doubles = std::vector<double>;
  for (const double x : {1, 2, 3}) all.add(x);
  CHECK(means() == doubles{1, 2, 3});
  all.add(4);
  CHECK(means() == doubles{1.5, 3.5});
  CHECK(all.batch_length() == 2);
  all.add(5);
  CHECK(means() == doubles{1.5, 3.5});
  CHECK(all.all().count() == 5);  // the unfinished batch counts
  CHECK(all.all().mean() == 3);
  for (const double x : {6, 7, 8}) all.add(x);
  CHECK(means() == doubles{2.5, 6.5});
  CHECK(all.batch_length() == 4);
}

TEST_CASE("moments of all draws are those of the chain, and those of some batches those of their draws") {
  const auto x   = chain(1000, 0.5, 1);
  const auto all = batched(x, 16);
  CHECK(all.batch_length() == 64);
  CHECK(all.all().mean() == doctest::Approx(jem::metrics::detail::mean(x)).epsilon(1e-12));
  CHECK(all.all().variance() == doctest::Approx(jem::metrics::detail::variance(x)).epsilon(1e-12));
  const std::vector<double> part(x.begin() + 2 * 64, x.begin() + 5 * 64);
  CHECK(all.joined(2, 5).mean() == doctest::Approx(jem::metrics::detail::mean(part)).epsilon(1e-12));
  CHECK(all.joined(2, 5).variance() == doctest::Approx(jem::metrics::detail::variance(part)).epsilon(1e-12));
}

TEST_CASE("the effective size of autoregressions by batch means is (1 - φ) / (1 + φ) of the draws") {
  // b ≥ 64 batches: a relative standard deviation of √(2/b) < 0.18; four of them, one in 16 000 for each of the four.
  for (const double phi : {0.0, 0.5, 0.9, -0.5}) {
    CAPTURE(phi);
    const auto all     = batched(chain(100'000, phi, 7), 128);
    const double worth = (1 - phi) / (1 + phi) * 100'000;
    CHECK(all.ess() > worth * 0.4);
    CHECK(all.ess() < worth * 1.8);
    CHECK(all.mcse_mean() == doctest::Approx(std::sqrt(all.all().variance() / all.ess())));
  }
}

TEST_CASE("chains at different places have a small effective size together") {
  const auto x = batched(chain(4096, 0, 3), 16);
  auto shifted = chain(4096, 0, 4);
  for (double& value : shifted) value += 10;
  const auto y       = batched(shifted, 16);
  const auto mean_of = [](const auto& batch) { return batch.mean(); };
  CHECK(jem::metrics::detail::batch_ess({&x, &y}, 26, 8192, mean_of) < 40);
  CHECK(jem::metrics::detail::batch_ess({&x, &x}, 1, 8192, mean_of) > 1000);
}

TEST_CASE("chains that alternate are worth no more than S·log₁₀ S, as in ess_mean") {
  batch_means all(8);
  for (int i = 0; i < 1024; ++i) all.add(i % 2 == 0 ? 1 : -1);
  CHECK(all.ess() == doctest::Approx(1024 * std::log10(1024.0)));
}

TEST_CASE("fewer than two batches and constants have no effective size") {
  CHECK(std::isnan(batch_means().ess()));
  CHECK(std::isnan(batched({1}, 4).ess()));
  CHECK(std::isnan(batched(std::vector<double>(100, 0.1), 4).ess()));
  CHECK(std::isnan(batched(std::vector<double>(100, 0.1), 4).mcse_mean()));
}

TEST_CASE("the number of batches is even, and at least four") {
  CHECK_THROWS_WITH_AS(batch_means(2), "[batch_means] expected an even number of batches >= 4 but received 2", std::invalid_argument);
  CHECK_THROWS_AS(batch_means(7), std::invalid_argument);
}
