// SPDX-License-Identifier: MIT
#include <jem/metrics/quantile_sketch.hpp>
#include <jem/metrics/rank_scores.hpp>

#include <doctest/doctest.h>

using jem::metrics::quantile_sketch;
using doubles = std::vector<double>;

namespace {

constexpr double probabilities[] = {0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.77, 0.95, 0.999, 1};

/// Ascending, descending, in an order without pattern, few different numbers, far outliers.
doubles numbers(int kind, std::size_t n) {
  doubles x;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < n; ++i) {
    state          = 1664525 * state + 1013904223;
    const double u = state / 4294967296.0, at = static_cast<double>(i);
    x.push_back(kind == 0 ? at : kind == 1 ? -at : kind == 2 ? u : kind == 3 ? std::floor(5 * u) : std::tan(3.14 * (u - 0.5)));
  }
  return x;
}

quantile_sketch sketch_of(const doubles& x, jem::index_t capacity, std::size_t first = 0, std::size_t last = 1'000'000) {
  quantile_sketch sketch(capacity);
  for (std::size_t i = first; i < std::min(last, x.size()); ++i) sketch.add(x[i]);
  return sketch;
}

/// Checks that every quantile lies between those of p ± rank_error() of the numbers themselves.
void check_bound(const quantile_sketch& sketch, doubles x) {
  std::ranges::sort(x);
  for (const double p : probabilities) {
    CAPTURE(p);
    const double error = sketch.rank_error() + 1 / static_cast<double>(x.size());
    CHECK(sketch.quantile(p) >= jem::metrics::detail::sorted_quantile(x, std::max(p - error, 0.0)));
    CHECK(sketch.quantile(p) <= jem::metrics::detail::sorted_quantile(x, std::min(p + error, 1.0)));
  }
}

}  // namespace

TEST_CASE("quantiles of fewer numbers than the capacity are exact") {
  for (const std::size_t n : {1u, 2u, 5u, 99u}) {
    const auto x      = numbers(2, n);
    const auto sketch = sketch_of(x, 100);
    CHECK(sketch.rank_error() == 0);
    for (const double p : probabilities) CHECK(sketch.quantile(p) == doctest::Approx(jem::metrics::detail::quantile(x, p)).epsilon(1e-14));
  }
}

TEST_CASE("quantiles are within the bound of ranks, for numbers in any order and the smallest capacities") {
  for (const jem::index_t capacity : {2, 16, 256}) {
    for (int kind = 0; kind < 5; ++kind) {
      CAPTURE(capacity);
      CAPTURE(kind);
      const auto x = numbers(kind, 20'000);
      check_bound(sketch_of(x, capacity), x);
    }
  }
}

TEST_CASE("the bound is small where it is wanted, grows with the logarithm of the count, and the error is smaller") {
  const auto x      = numbers(2, 80'000);
  const auto sketch = sketch_of(x, 1024);
  CHECK(sketch.count() == 80'000);
  CHECK(sketch.rank_error() < 0.005);
  for (const double p : {0.05, 0.5, 0.95}) CHECK(std::abs(sketch.quantile(p) - jem::metrics::detail::quantile(x, p)) < 0.001);  // uniform
}

TEST_CASE("the smallest and the largest number are exact") {
  const auto x      = numbers(4, 5000);
  const auto sketch = sketch_of(x, 8);
  CHECK(sketch.quantile(0) == *std::ranges::min_element(x));
  CHECK(sketch.quantile(1) == *std::ranges::max_element(x));
}

TEST_CASE("sketches of parts are merged into one of the whole, within its bound") {
  for (const std::size_t cut : {0u, 1u, 5u, 1000u, 9999u, 10'000u}) {
    CAPTURE(cut);
    const auto x = numbers(4, 10'000);
    auto sketch  = sketch_of(x, 64, 0, cut);
    sketch.merge(sketch_of(x, 64, cut));
    CHECK(sketch.count() == 10'000);
    CHECK(sketch.rank_error() < 0.1);
    check_bound(sketch, x);
  }
}

TEST_CASE("many merges of sketches keep the count of numbers and the bound") {
  const auto x = numbers(2, 6000);
  quantile_sketch all(32);
  for (std::size_t i = 0; i < 6000; i += 77) all.merge(sketch_of(x, 32, i, i + 77));
  CHECK(all.count() == 6000);
  check_bound(all, x);
}

TEST_CASE("quantiles rise with the probability") {
  const auto sketch = sketch_of(numbers(4, 3000), 16);
  for (double p = 0; p < 0.999; p += 0.001) CHECK(sketch.quantile(p) <= sketch.quantile(p + 0.001));
}

TEST_CASE("a sketch without numbers has no quantiles, and what is no probability is refused") {
  CHECK(std::isnan(quantile_sketch().quantile(0.5)));
  CHECK(quantile_sketch().rank_error() == 0);
  CHECK_THROWS_WITH_AS(quantile_sketch().quantile(2), "[quantile_sketch] expected 0 <= p <= 1 but received 2.000000",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(quantile_sketch(3), "[quantile_sketch] expected an even capacity >= 2 but received 3", std::invalid_argument);
}
