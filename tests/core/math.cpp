// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/core/math.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace math = jem::math;

namespace {

constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr int points         = 400'000;

/// The largest error in units in the last place, at evenly spaced points of [low, high].
template <class F, class G>
double worst(F f, G exact, double low, double high) {
  double largest = 0;
  for (int i = 0; i <= points; ++i) {
    const auto x = static_cast<float>(low + (high - low) * i / points);
    largest      = std::max(largest, test::ulps(f(x), exact(static_cast<double>(x))));
  }
  return largest;
}

/// The same at points that are evenly spaced in the logarithm.
template <class F, class G>
double worst_over_decades(F f, G exact, double low, double high) {
  double largest = 0;
  for (int i = 0; i <= points; ++i) {
    const auto x = static_cast<float>(low * std::pow(high / low, static_cast<double>(i) / points));
    largest      = std::max(largest, test::ulps(f(x), exact(static_cast<double>(x))));
  }
  return largest;
}

namespace in_float {
const auto exp      = [](float x) { return math::exp(x); };
const auto log      = [](float x) { return math::log(x); };
const auto sqrt     = [](float x) { return math::sqrt(x); };
const auto sigmoid  = [](float x) { return math::sigmoid(x); };
const auto tanh     = [](float x) { return math::tanh(x); };
const auto softplus = [](float x) { return math::softplus(x); };
}  // namespace in_float

}  // namespace

TEST_CASE("exp is good to 2 units in the last place wherever the result is a normal number") {
  const auto exact = [](double x) { return std::exp(x); };
  CHECK(worst(in_float::exp, exact, -87.29, 88.71) < 2);
  CHECK(worst(in_float::exp, exact, -1, 1) < 2);
  CHECK(worst_over_decades(in_float::exp, exact, 1e-30, 1) < 2);
}

TEST_CASE("exp is finite up to the end of float's range, and infinite beyond") {
  CHECK(std::isfinite(math::exp(88.4f)));
  CHECK(math::exp(88.4f) == doctest::Approx(std::exp(88.4)).epsilon(1e-5));
  CHECK(math::exp(88.7f) == doctest::Approx(std::exp(88.7)).epsilon(1e-5));
  CHECK(math::exp(88.8f) == infinity);
  CHECK(math::exp(1000.0f) == infinity);
}

TEST_CASE("exp has the right values at 0, at infinities and NaN, and for very negative numbers") {
  CHECK(math::exp(0.0f) == 1.0f);
  CHECK(math::exp(-0.0f) == 1.0f);
  CHECK(math::exp(-88.0f) == 0.0f);
  CHECK(math::exp(-infinity) == 0.0f);
  CHECK(math::exp(infinity) == infinity);
  CHECK(std::isnan(math::exp(not_a_number)));
  CHECK(std::isnan(math::exp(-not_a_number)));
}

TEST_CASE("log is good to 3 units in the last place for all normal numbers") {
  const auto exact = [](double x) { return std::log(x); };
  CHECK(worst_over_decades(in_float::log, exact, 1.2e-38, 3.4e38) < 3);
  CHECK(worst(in_float::log, exact, 0.5, 2) < 3);
  CHECK(worst(in_float::log, exact, 0.9999, 1.0001) < 3);
}

TEST_CASE("log has the right values at 1, at 0, at infinity, and for negative numbers and NaN") {
  CHECK(math::log(1.0f) == 0.0f);
  CHECK(math::log(0.0f) == -infinity);
  CHECK(math::log(-0.0f) == -infinity);
  CHECK(math::log(infinity) == infinity);
  for (const float x : {-1e-30f, -0.5f, -1.0f, -1e30f, -infinity, not_a_number}) CHECK(std::isnan(math::log(x)));
}

TEST_CASE("log and sqrt are right for subnormal numbers") {
  for (const float x : {1.17549421e-38f, 1e-39f, 3e-41f, 1.4e-45f}) {
    CHECK(math::log(x) == doctest::Approx(std::log(static_cast<double>(x))).epsilon(1e-6));
    CHECK(math::sqrt(x) == doctest::Approx(std::sqrt(static_cast<double>(x))).epsilon(1e-6));
  }
}

TEST_CASE("sqrt is good to 3 units in the last place for all normal numbers") {
  const auto exact = [](double x) { return std::sqrt(x); };
  CHECK(worst_over_decades(in_float::sqrt, exact, 1.2e-38, 3.4e38) < 3);
  CHECK(worst(in_float::sqrt, exact, 0.25, 4) < 3);
}

TEST_CASE("sqrt has the right values at 0, at infinity, and for negative numbers and NaN") {
  CHECK(math::sqrt(0.0f) == 0.0f);
  CHECK(math::sqrt(-0.0f) == 0.0f);
  CHECK(math::sqrt(infinity) == infinity);
  for (const float x : {-1e-30f, -4.0f, -infinity, not_a_number}) CHECK(std::isnan(math::sqrt(x)));
}

TEST_CASE("log_of_positive and sqrt_of_positive have the bits of log and sqrt") {
  for (const float x : {1.17549435e-38f, 0x1p-32f, 0.3f, 1.0f, 2.0f, 44.3614f, 3.4e38f}) {
    CHECK(math::log_of_positive(x) == math::log(x));
    CHECK(math::sqrt_of_positive(x) == math::sqrt(x));
  }
  CHECK(math::sqrt_of_positive(0.0f) == 0);
}

TEST_CASE("sigmoid, tanh and softplus are good to 4 units in the last place, also in their tails and near 0") {
  CHECK(worst(in_float::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -87, 100) < 4);
  CHECK(worst(in_float::tanh, [](double x) { return std::tanh(x); }, -30, 30) < 4);
  CHECK(worst_over_decades(in_float::tanh, [](double x) { return std::tanh(x); }, 1e-30, 1) < 4);
  CHECK(worst(in_float::softplus, [](double x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0); }, -87, 100) < 4);
}

TEST_CASE("sigmoid, tanh and softplus have their limits at infinities, and are NaN for NaN") {
  CHECK(math::sigmoid(-infinity) == 0.0f);
  CHECK(math::sigmoid(infinity) == 1.0f);
  CHECK(math::tanh(-infinity) == -1.0f);
  CHECK(math::tanh(infinity) == 1.0f);
  CHECK(math::tanh(0.0f) == 0.0f);
  CHECK(math::softplus(-infinity) == 0.0f);
  CHECK(math::softplus(infinity) == infinity);
  for (const auto f : {+in_float::sigmoid, +in_float::tanh, +in_float::softplus}) { CHECK(std::isnan(f(not_a_number))); }
}

TEST_CASE("in double the functions agree with the standard library") {
  for (const double x : {-3.25, -1e-9, 0.0, 1e-5, 0.7, 12.0}) {
    CHECK(math::exp(x) == std::exp(x));
    CHECK(math::tanh(x) == std::tanh(x));
    CHECK(math::sigmoid(x) == doctest::Approx(1 / (1 + std::exp(-x))).epsilon(1e-15));
    CHECK(math::softplus(x) == doctest::Approx(std::log1p(std::exp(x))).epsilon(1e-14));
  }
  CHECK(math::log(2.0) == std::log(2.0));
  CHECK(math::sqrt(2.0) == std::sqrt(2.0));
}

TEST_CASE("float functions are constant expressions") {
  static_assert(math::exp(0.0f) == 1.0f);
  static_assert(math::log(1.0f) == 0.0f);
  static_assert(math::sqrt(0.0f) == 0.0f);
  static_assert(math::log(-0.5f) != math::log(-0.5f));  // NaN, without undefined behaviour, which would not compile here
  static_assert(math::tanh(0.0f) == 0.0f);
}
