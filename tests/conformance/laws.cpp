// SPDX-License-Identifier: MIT
#include <jem/conformance/laws.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace jem::conformance;

TEST_CASE("the normal distribution function has the values of tables") {
  CHECK(normal_cdf(0) == 0.5);
  CHECK(normal_cdf(1.959964) == doctest::Approx(0.975).epsilon(1e-7));
  CHECK(normal_cdf(-4.892) == doctest::Approx(5e-7).epsilon(0.01));
}

TEST_CASE("the distance of samples from a distribution counts both sides of each step") {
  const auto uniform = [](double x) { return std::clamp(x, 0.0, 1.0); };
  CHECK(cdf_distance(std::vector{0.5}, uniform) == 0.5);
  CHECK(cdf_distance(std::vector{0.75, 0.25}, uniform) == 0.25);
  CHECK(cdf_distance(std::vector{0.9, 0.95}, uniform) == doctest::Approx(0.9));
  CHECK(cdf_distance(std::vector{2.0, 3.0}, uniform) == 1);
  CHECK(cdf_distance(std::vector{0.5, std::numeric_limits<double>::quiet_NaN()}, uniform) == 1);
}

TEST_CASE("the bounds are the numbers that tests state") {
  CHECK(dkw_bound(50'000, 1e-6) == doctest::Approx(0.012).epsilon(0.01));
  CHECK(dkw_bound(20'000, 1e-6) == doctest::Approx(0.019).epsilon(0.01));
  CHECK(chi_squared_bound(20'000, 1e-6) == doctest::Approx(0.056).epsilon(0.02));
  CHECK(hoeffding_bound(200, 0.05) == doctest::Approx(0.096).epsilon(0.01));
}

TEST_CASE("an autoregression widens from a point to its stationary distribution") {
  const autoregression langevin{0.5, 1};
  CHECK(langevin.variance() == doctest::Approx(4.0 / 3));
  CHECK(langevin.variance_after(0) == 0);
  CHECK(langevin.variance_after(1) == doctest::Approx(1));
  CHECK(langevin.variance_after(2) == doctest::Approx(1.25));
  CHECK(langevin.variance_after(100) == doctest::Approx(4.0 / 3));
  CHECK(langevin.mean_after(3, 8) == doctest::Approx(1));
}
