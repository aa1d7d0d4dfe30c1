// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/pointwise.hpp>

using namespace test;

namespace {

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};
struct twisted {
  constexpr auto operator()(auto x, auto y, auto z) const { return log(1 + exp(x * y)) + sqrt(square(z) + 1) - tanh(x + z); }
};
struct quartic {
  constexpr auto operator()(auto x) const { return square(square(x)); }
};

using energy_type = decltype(jem::pointwise<2>(banana{}));
static_assert(jem::differentiable_energy<energy_type, reference_double>);
static_assert(jem::differentiable_energy<energy_type, jem::tensor<float, jem::eigen>>);

}  // namespace

TEST_CASE_TEMPLATE("a pointwise energy has the value and the gradient of its function", T, eigen_double, guarded_double) {
  const auto energy = jem::pointwise<2>(banana{});
  const T x({2, 2}, {1, 1, -1, 2});
  T gradient(x.extents());
  CHECK(energy.value_and_grad(x, gradient).to_vector() == std::vector<double>{0, 3});
  // ∂x = −(1 − x) − 4x(y − x²), ∂y = 2(y − x²)
  CHECK(gradient.to_vector() == std::vector<double>{0, 0, 2, 2});
}

TEST_CASE_TEMPLATE("a pointwise energy's gradient is that of central differences", T, eigen_double, guarded_double) {
  CHECK(energy_gradient_error(jem::pointwise<1>(quartic{}), waves<T>({11, 1}, 1.5, 1)) < 1e-8);
  CHECK(energy_gradient_error(jem::pointwise<2>(banana{}), waves<T>({9, 2}, 1.5, 1)) < 1e-7);
  CHECK(energy_gradient_error(jem::pointwise<3>(twisted{}), waves<T>({9, 3}, 1.5, 1)) < 1e-8);
}

TEST_CASE("a pointwise energy accepts a batch of no chains or one, and resizes the gradient") {
  using T           = reference_double;
  const auto energy = jem::pointwise<2>(banana{});
  T gradient;
  CHECK(energy.value_and_grad(T(jem::shape{0, 2}), gradient).size() == 0);
  CHECK(energy.value_and_grad(T({1, 2}, {0, 0}), gradient).to_vector() == std::vector<double>{0.5});
  CHECK(gradient.extents() == jem::shape{1, 2});
}

TEST_CASE("a pointwise energy refuses chains of another dimension") {
  const auto energy = jem::pointwise<2>(banana{});
  const reference_double x({3, 4}, std::vector<double>(12)), flat({2}, {0, 0});
  reference_double gradient;
  CHECK_THROWS_WITH_AS(energy.value(x), "[pointwise] expected (3, 2) but received (3, 4)", std::invalid_argument);
  CHECK_THROWS_AS(energy.value_and_grad(x, gradient), std::invalid_argument);
  CHECK_THROWS_AS(energy.value(flat), std::invalid_argument);
}
