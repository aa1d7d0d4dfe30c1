// SPDX-License-Identifier: MIT
#include <jem/core/gamma_function.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace math = jem::math;

namespace {

/// The largest |log_gamma − ln Γ| / max(1, x, |ln Γ|) from 10⁻³ to 10⁶, against the standard library's long double.
template <class T>
double worst_log_gamma() {
  double worst = 0;
  for (double at = 1e-3; at < 1e6; at *= 1.003) {
    const T x          = static_cast<T>(at);
    const double exact = static_cast<double>(std::lgamma(static_cast<long double>(x)));
    worst              = std::max(worst, std::abs(static_cast<double>(math::log_gamma(x)) - exact) / std::max({1.0, at, std::abs(exact)}));
  }
  return worst;
}

}  // namespace

TEST_CASE("log_gamma is ln Γ up to rounding, in float and in double") {
  CHECK(worst_log_gamma<float>() < 2e-6);
  CHECK(worst_log_gamma<double>() < 1e-14);
  CHECK(math::log_gamma(5.0) == doctest::Approx(std::log(24.0)).epsilon(1e-15));
  CHECK(math::log_gamma(0.5) == doctest::Approx(std::log(std::sqrt(3.141592653589793))).epsilon(1e-14));
}

TEST_CASE("digamma is known at 1 and at a half, and its differences are 1/x") {
  CHECK(math::digamma(1.0) == doctest::Approx(-0.5772156649015329).epsilon(1e-14));
  CHECK(math::digamma(0.5) == doctest::Approx(-1.9635100260214235).epsilon(1e-14));
  CHECK(math::digamma(1.0f) == doctest::Approx(-0.5772156649).epsilon(1e-6));
  for (const double x : {0.01, 0.7, 3.0, 9.9, 10.0, 41.0, 1e4}) {
    CHECK(math::digamma(x + 1) - math::digamma(x) == doctest::Approx(1 / x).epsilon(1e-11));
    CHECK(math::digamma(x) == doctest::Approx((math::log_gamma(x * 1.0001) - math::log_gamma(x * 0.9999)) / (0.0002 * x)).epsilon(1e-6));
  }
}

TEST_CASE("log_gamma and digamma are infinite at 0 and NaN below it") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(math::log_gamma(0.0) == infinity);
  CHECK(math::digamma(0.0) == -infinity);
  CHECK(math::log_gamma(infinity) == infinity);
  CHECK(math::digamma(infinity) == infinity);
  CHECK(std::isnan(math::log_gamma(-0.5)));
  CHECK(std::isnan(math::digamma(-0.5)));
  CHECK(std::isnan(math::log_gamma(std::numeric_limits<double>::quiet_NaN())));
  CHECK(math::log_gamma(1e-300) == doctest::Approx(300 * std::log(10.0)));
}
