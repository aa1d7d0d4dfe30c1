// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/dual.hpp>

#include <type_traits>

using namespace test;

namespace {

using dual1 = jem::dual<double, 1>;
using dual2 = jem::dual<double, 2>;

/// The error of the derivative of f at x, relative to 1 + |f′|.
template <class F>
double slope_error(F f, double x) {
  const double h     = 1e-5;
  const double exact = f(dual1::variable(x, 0)).partial[0];
  const double near  = (f(dual1(x + h)).value - f(dual1(x - h)).value) / (2 * h);
  return std::abs(exact - near) / (1 + std::abs(near));
}

template <class F>
double worst_slope(F f, std::initializer_list<double> points) {
  double worst = 0;
  for (const double x : points) worst = std::max(worst, slope_error(f, x));
  return worst;
}

// Everything is constexpr, so a gradient can be computed during compilation.
constexpr auto parabola = [](auto x) { return square(x) * 3 + x / 2 - 1; };
static_assert(parabola(dual1::variable(2.0, 0)).value == 12 && parabola(dual1::variable(2.0, 0)).partial[0] == 12.5);

static_assert(std::is_convertible_v<int, dual1> && std::is_convertible_v<float, dual1>, "numbers mix with duals");
static_assert(!std::is_convertible_v<dual1, double>, "a derivative is not lost by accident");
static_assert(sizeof(jem::dual<float, 0>) <= 2 * sizeof(float), "a value without derivatives costs next to nothing");

}  // namespace

TEST_CASE("every function of a dual number has the derivative of central differences") {
  const auto anywhere = {-3.0, -0.7, -0.01, 0.02, 0.5, 1.3, 4.0};
  const auto positive = {0.01, 0.5, 1.0, 2.7, 30.0};
  CHECK(worst_slope([](dual1 x) { return square(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return exp(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return tanh(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return sigmoid(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return softplus(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return sin(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return cos(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return abs(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return -x; }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return +x; }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return log(x); }, positive) < 1e-6);
  CHECK(worst_slope([](dual1 x) { return sqrt(x); }, positive) < 1e-6);
  CHECK(worst_slope([](dual1 x) { return pow(x, 2.5); }, positive) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return pow(x, 3); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return pow(x, -1); }, {-2.0, -0.5, 0.5, 2.0}) < 1e-8);
}

TEST_CASE("functions that densities need have the derivatives of central differences") {
  const auto anywhere = {-3.0, -0.7, -0.01, 0.02, 0.5, 1.3, 4.0};
  const auto positive = {0.05, 0.5, 1.0, 2.7, 12.0};
  CHECK(worst_slope([](dual1 x) { return lgamma(x); }, positive) < 1e-6);
  CHECK(worst_slope([](dual1 x) { return log1p(x); }, positive) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return expm1(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return atan(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return erf(x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return pow(x, x); }, positive) < 1e-6);
  CHECK(worst_slope([](dual1 x) { return pow(2.5, x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return log_sum_exp(2 * x, 1 - x); }, anywhere) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return max(square(x), 1.0) + min(x, 2.0); }, anywhere) < 1e-8);
  CHECK(log1p(dual1(1e-20)).value == 1e-20);
  CHECK(expm1(dual1(1e-20)).value == 1e-20);
  CHECK(lgamma(dual1::variable(0.5, 0)).value == doctest::Approx(std::lgamma(0.5)));
}

TEST_CASE("log_sum_exp neither overflows nor loses an infinite term") {
  constexpr double infinity = HUGE_VAL;
  const auto far            = log_sum_exp(dual2::variable(1000, 0), dual2::variable(999, 1));
  CHECK(far.value == doctest::Approx(1000 + std::log1p(std::exp(-1.0))));
  CHECK(far.partial[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
  CHECK(far.partial[0] + far.partial[1] == doctest::Approx(1));
  CHECK(log_sum_exp(dual2(-infinity), dual2::variable(3, 1)).value == 3);
  CHECK(log_sum_exp(dual2(-infinity), dual2::variable(3, 1)).partial[1] == 1);
  CHECK(log_sum_exp(dual2(-infinity), dual2(-infinity)).value == -infinity);
  CHECK(log_sum_exp(dual2::variable(3, 0), dual2::variable(3, 1)).partial == std::array<double, 2>{0.5, 0.5});
}

TEST_CASE("max, min and pow of two duals choose the derivative, and pow has none in the exponent of what is not positive") {
  const auto x = dual2::variable(2, 0), y = dual2::variable(2, 1), z = dual2::variable(3, 1);
  CHECK(max(x, z).partial == std::array<double, 2>{0, 1});
  CHECK(min(x, z).partial == std::array<double, 2>{1, 0});
  CHECK(max(x, y).partial == std::array<double, 2>{1, 0});
  CHECK(min(x, y).partial == std::array<double, 2>{1, 0});
  CHECK(max(x, 5).partial == std::array<double, 2>{0, 0});
  CHECK(pow(x, z).value == 8);
  CHECK(pow(x, z).partial[0] == doctest::Approx(12));
  CHECK(pow(x, z).partial[1] == doctest::Approx(8 * std::log(2.0)));
  CHECK(pow(dual2::variable(0, 0), z).partial == std::array<double, 2>{0, 0});
  CHECK(pow(dual2::variable(-2, 0), dual2(3)).partial == std::array<double, 2>{12, 0});
}

TEST_CASE("arithmetic of duals has the derivatives of central differences") {
  CHECK(worst_slope([](dual1 x) { return x + x * x; }, {-1.3, 0.0, 2.0}) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return 3 - x * 2; }, {-1.3, 0.0, 2.0}) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return (x - 1) / (x * x + 2); }, {-1.3, 0.0, 2.0}) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return 1 / x; }, {-1.3, 0.4, 2.0}) < 1e-8);
  CHECK(worst_slope([](dual1 x) { return exp(sin(x) * tanh(x)) / sqrt(1 + square(x)); }, {-1.3, 0.0, 2.0}) < 1e-8);
  const auto compound = [](dual1 x) {
    dual1 y = x;
    y += 2 * x;
    y *= x;
    y -= sin(x);
    y /= 4;
    return y;
  };
  CHECK(worst_slope(compound, {-1.3, 0.0, 2.0}) < 1e-8);
}

TEST_CASE("compound assignments are right if both sides are the same variable") {
  dual1 x = dual1::variable(3, 0);
  x *= x;
  CHECK(x.value == 9);
  CHECK(x.partial[0] == 6);
  x /= x;
  CHECK(x.value == 1);
  CHECK(x.partial[0] == 0);
}

TEST_CASE("a dual of two variables has both partial derivatives") {
  const auto x = dual2::variable(2, 0), y = dual2::variable(5, 1);
  const auto f = x * x * y / (x + y);  // ∂x = (x²y + 2xy²) / (x + y)², ∂y = x³ / (x + y)²
  CHECK(f.value == doctest::Approx(20.0 / 7));
  CHECK(f.partial[0] == doctest::Approx((20.0 + 100.0) / 49));
  CHECK(f.partial[1] == doctest::Approx(8.0 / 49));
  const auto constant = dual2(4.0);
  CHECK(constant.partial == std::array<double, 2>{0, 0});
}

TEST_CASE("duals compare by their values") {
  const auto x = dual1::variable(2, 0);
  CHECK(x == dual1(2));
  CHECK(x < 3);
  CHECK(x >= 2);
  CHECK((abs(-x).partial[0]) == 1);
}

TEST_CASE("a dual without variables is only a value") {
  const jem::dual<double, 0> x(2);
  CHECK((square(x) + exp(x - 2)).value == 5);
  CHECK(jem::dual<double, 0>::variable(3, 0).value == 3);
}

TEST_CASE("functions of duals in float are right to a relative error of 1e-6, and do not overflow") {
  const auto x = jem::dual<float, 1>::variable(0.75f, 0);
  CHECK(exp(x).partial[0] == doctest::Approx(std::exp(0.75)).epsilon(1e-6));
  CHECK(log(x).partial[0] == doctest::Approx(1 / 0.75).epsilon(1e-6));
  CHECK(softplus(x).partial[0] == doctest::Approx(1 / (1 + std::exp(-0.75))).epsilon(1e-6));
  CHECK(softplus(jem::dual<float, 1>::variable(100.0f, 0)).value == 100.0f);  // no overflow for large and small arguments
  CHECK(softplus(jem::dual<float, 1>::variable(-100.0f, 0)).value == 0.0f);
  CHECK(tanh(jem::dual<float, 1>::variable(-50.0f, 0)).value == -1.0f);
}

TEST_CASE("the derivatives of sigmoid and tanh are accurate even where their values round to 0, 1 or -1") {
  using dual_float = jem::dual<float, 1>;
  for (const float x : {-40.0f, -20.0f, 20.0f, 40.0f}) {
    const double tail = std::exp(-std::abs(static_cast<double>(x)));
    CHECK(sigmoid(dual_float::variable(x, 0)).partial[0] == doctest::Approx(tail).epsilon(1e-5));
    CHECK(tanh(dual_float::variable(x, 0)).partial[0] == doctest::Approx(4 * tail * tail).epsilon(1e-5));
  }
  CHECK(pow(dual1::variable(0, 0), 0).partial[0] == 0);
}

TEST_CASE("operators of a dual take numbers of any type on either side") {
  const auto x = jem::dual<float, 1>::variable(2, 0);
  CHECK((2 * x).partial[0] == 2);
  CHECK((x * 2.0).partial[0] == 2);
  CHECK((1 - x).value == -1);
  CHECK((x - 1u).value == 1);
  CHECK((1.0f / x).partial[0] == -0.25f);
  CHECK((x / 4).partial[0] == 0.25f);
  CHECK((3 + x).value == 5);
  CHECK((x + 3.0L).value == 5);
  CHECK(x > 1);
  CHECK(3.0 > x);
  CHECK(x == 2);
  CHECK(2 != x + 1);
  CHECK((x > 0 ? x : 0.0).partial[0] == 1);  // a ReLU
}
