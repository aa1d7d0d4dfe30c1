// SPDX-License-Identifier: MIT
#include "../../support/transforms.hpp"

#include <jem/energy/support/scalar.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace support = jem::support;
using test::at;

namespace {

/// f.operator()(support) for each kind.
template <class F>
void for_each_support(F f) {
  f(support::real{});
  f(support::positive{});
  f(support::above{-1.5});
  f(support::below{2});
  f(support::interval{-1, 3});
  f(support::interval{0, 1});
}

}  // namespace

TEST_CASE("a support of single numbers maps back and forth") {
  for_each_support([](const auto& s) {
    INFO(s.expected());
    for (const double u : {-20.0, -3.0, -0.1, 0.0, 0.5, 2.0, 20.0}) {
      CHECK(at<double>(s, at<double>(s, u).x, -1).x == doctest::Approx(u).epsilon(1e-6));
      if (std::abs(u) < 5) CHECK(at<float>(s, at<float>(s, float(u)).x, -1).x == doctest::Approx(u).epsilon(1e-4));
    }
  });
}

TEST_CASE("the log-Jacobian of a single number is the logarithm of its derivative") {
  for_each_support([](const auto& s) {
    INFO(s.expected());
    for (const double u : {-9.0, -2.0, 0.0, 0.7, 5.0}) {
      const auto here = at<double>(s, u);
      CHECK(here.log_slope == doctest::Approx(std::log(std::abs(here.slope))).epsilon(1e-9));
      const double h = 1e-5, near = (at<double>(s, u + h).x - at<double>(s, u - h).x) / (2 * h);
      CHECK(here.slope == doctest::Approx(near).epsilon(1e-5));
      const double bend = (at<double>(s, u + h).log_slope - at<double>(s, u - h).log_slope) / (2 * h);
      CHECK(here.log_slope_slope == doctest::Approx(bend).epsilon(1e-6));
    }
  });
}

TEST_CASE("known values: the middle of an interval, and e") {
  CHECK(at<double>(support::interval{-1, 3}, 0.0).x == 1);
  CHECK(at<double>(support::interval{-1, 3}, 0.0).log_slope == doctest::Approx(0));  // 4·½·½
  CHECK(at<double>(support::positive{}, 1.0).x == doctest::Approx(std::exp(1.0)));
  CHECK(at<double>(support::above{2}, 1.0).x == doctest::Approx(2 + std::exp(1.0)));
  CHECK(at<double>(support::below{2}, 1.0).x == doctest::Approx(2 - std::exp(1.0)));
}

TEST_CASE_TEMPLATE("far out, a number stays strictly inside and its log-Jacobian finite", T, float, double) {
  for (const T u : {T(-700), T(-88), T(-30), T(30), T(88), T(700)}) {
    INFO("u = ", u);
    const auto positive = at<T>(support::positive{}, u);
    CHECK(positive.x > 0);
    CHECK(std::isfinite(positive.x));
    CHECK(positive.log_slope == u);
    CHECK(at<T>(support::above{-1.5}, u).x > T(-1.5));
    CHECK(at<T>(support::below{2}, u).x < T(2));
    for (const support::interval s :
         {support::interval{0, 1}, support::interval{-1, 3}, support::interval{-3, 0}, support::interval{1e6, 1e7}}) {
      const auto inside = at<T>(s, u);
      CHECK(inside.x > static_cast<T>(double(s.low)));
      CHECK(inside.x < static_cast<T>(double(s.high)));
      CHECK(inside.log_slope == doctest::Approx(std::log(double(s.high) - double(s.low)) - std::abs(double(u))).epsilon(1e-6));
      CHECK(inside.log_slope_slope == doctest::Approx(u > 0 ? -1 : 1));
      CHECK(std::isfinite(inside.slope));
    }
  }
  CHECK(at<T>(support::interval{0, 1}, T(-30)).x == doctest::Approx(std::exp(-30.0)).epsilon(1e-5));  // not rounded to the bound
  CHECK(at<T>(support::interval{-1, 0}, T(30)).x == doctest::Approx(-std::exp(-30.0)).epsilon(1e-5));
  CHECK(std::isnan(at<T>(support::interval{0, 1}, std::numeric_limits<T>::quiet_NaN()).x));
  CHECK(std::isnan(at<T>(support::positive{}, std::numeric_limits<T>::quiet_NaN()).x));
}

TEST_CASE("outside of a support there is no finite free number") {
  const auto lost = [](const auto& s, double x) { return !std::isfinite(at<double>(s, x, -1).x); };
  CHECK(lost(support::positive{}, 0));
  CHECK(lost(support::positive{}, -1));
  CHECK(lost(support::positive{}, HUGE_VAL));
  CHECK(lost(support::above{2}, 2));
  CHECK(lost(support::below{2}, 2));
  CHECK(lost(support::interval{0, 1}, 0));
  CHECK(lost(support::interval{0, 1}, 1));
  CHECK(lost(support::interval{0, 1}, 1.5));
  CHECK(lost(support::interval{0, 1}, -0.5));
  CHECK_FALSE(lost(support::interval{0, 1}, 0.5));
}

TEST_CASE("bounds that cross or are not finite are refused") {
  CHECK_THROWS_WITH_AS(support::interval(2, 1).check(1), "[interval] expected low < high, a finite distance apart, but received 2 and 1",
                       std::invalid_argument);
  CHECK_THROWS_AS((support::interval{1, 1}.check(1)), std::invalid_argument);
  CHECK_THROWS_AS((support::interval{-1e308, 1e308}.check(1)), std::invalid_argument);
  CHECK_NOTHROW((support::interval{1, 1.5}.check(1)));
  CHECK_THROWS_WITH_AS((support::interval{0, HUGE_VAL}), "[interval] expected high to be finite but received inf", std::invalid_argument);
  CHECK_THROWS_AS((support::above{std::nan("")}), std::invalid_argument);
  CHECK_THROWS_AS((support::below{-HUGE_VAL}), std::invalid_argument);
}
