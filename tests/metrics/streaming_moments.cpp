// SPDX-License-Identifier: MIT
#include <jem/metrics/moments.hpp>
#include <jem/metrics/streaming_moments.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::metrics::streaming_moments;

namespace {

std::vector<double> numbers(std::size_t n, double offset) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(offset + std::exp(std::sin(static_cast<double>(i * i))));
  return x;
}

streaming_moments of(const std::vector<double>& x, std::size_t first, std::size_t last) {
  streaming_moments m;
  for (std::size_t i = first; i < last; ++i) m.add(x[i]);
  return m;
}

/// Σ (x − mean)^p
double central(const std::vector<double>& x, int p) {
  const double mean = jem::metrics::detail::mean(x);
  double sum        = 0;
  for (const double value : x) sum += std::pow(value - mean, p);
  return sum;
}

void check(const streaming_moments& m, const std::vector<double>& x, double precision) {
  const auto n = static_cast<double>(x.size());
  CHECK(m.count() == n);
  CHECK(m.mean() == doctest::Approx(jem::metrics::detail::mean(x)).epsilon(precision));
  CHECK(m.variance() == doctest::Approx(jem::metrics::detail::variance(x)).epsilon(precision));
  CHECK(m.skewness() == doctest::Approx(central(x, 3) / n / std::pow(central(x, 2) / n, 1.5)).epsilon(precision));
  CHECK(m.kurtosis() == doctest::Approx(central(x, 4) / n / std::pow(central(x, 2) / n, 2)).epsilon(precision));
}

}  // namespace

TEST_CASE("moments of a stream are those of all numbers together") {
  for (const std::size_t n : {3u, 10u, 1000u}) check(of(numbers(n, 0), 0, n), numbers(n, 0), 1e-12);
}

TEST_CASE("moments of a stream far from 0 keep their digits") { check(of(numbers(1000, 1e6), 0, 1000), numbers(1000, 1e6), 1e-8); }

TEST_CASE("moments of parts are merged into those of the whole, whatever the sizes of the parts") {
  const auto x = numbers(500, 3);
  for (const std::size_t cut : {0u, 1u, 7u, 250u, 499u, 500u}) {
    auto first = of(x, 0, cut);
    first.merge(of(x, cut, 500));
    check(first, x, 1e-12);
  }
}

TEST_CASE("sums of squares about any center are those of the numbers") {
  const auto x = numbers(40, 1);
  double sum   = 0;
  for (const double value : x) sum += (value - 5) * (value - 5);
  CHECK(of(x, 0, 40).squares_about(5) == doctest::Approx(sum).epsilon(1e-13));
}

TEST_CASE("no number has no mean, one has no variance, and equal numbers have variance 0 and no shape") {
  CHECK(std::isnan(streaming_moments().mean()));
  CHECK(std::isnan(streaming_moments().variance()));
  const auto equal = of(std::vector<double>(5, 0.1), 0, 5), one = of({7}, 0, 1);
  CHECK(one.mean() == 7);
  CHECK(std::isnan(one.variance()));
  CHECK(equal.mean() == 0.1);
  CHECK(equal.variance() == 0);
  CHECK(std::isnan(equal.skewness()));
  CHECK(std::isnan(equal.kurtosis()));
}
