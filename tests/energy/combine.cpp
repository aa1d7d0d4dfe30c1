// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/pointwise.hpp>

#include <limits>

using namespace test;

namespace {

struct ripple {
  constexpr auto operator()(auto x, auto y) const { return sin(3 * x) * y; }
};
struct tilt {
  constexpr auto operator()(auto x, auto y) const { return x + 2 * y; }
};

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};

using smooth = decltype(jem::pointwise<2>(ripple{}));
static_assert(jem::differentiable_energy<jem::energy_sum<smooth, smooth>, reference_double>);
static_assert(jem::energy<jem::energy_sum<smooth, value_only>, reference_double>);
static_assert(!jem::differentiable_energy<jem::energy_sum<smooth, value_only>, reference_double>, "a sum is as smooth as its terms");
static_assert(!jem::differentiable_energy<jem::tempered_energy<value_only>, reference_double>);
static_assert(!jem::energy<jem::energy_sum<smooth, int>, reference_double>);

static_assert(jem::row_wise<jem::gaussian<reference_double>> && jem::row_wise<smooth>);
static_assert(jem::row_wise<jem::energy_sum<smooth, smooth>> && jem::row_wise<jem::tempered_energy<smooth>>);
static_assert(!jem::row_wise<jem::energy_sum<smooth, value_only>> && !jem::row_wise<jem::energy_sum<value_only, smooth>>);
static_assert(!jem::row_wise<jem::tempered_energy<value_only>>, "what is made of others is row-wise if they are");

template <class T>
jem::gaussian<T> wide() {
  return {T({2}, {1, 0}), T({2}, {2, 1})};
}

}  // namespace

TEST_CASE_TEMPLATE("the energy of a sum is the sum, and so is its gradient", T, eigen_double, guarded_double) {
  const auto energy = jem::sum_energies(wide<T>(), jem::pointwise<2>(ripple{}), jem::pointwise<2>(tilt{}));
  const T x({1, 2}, {3, 2});
  T gradient;
  const double s = std::sin(9.0), c = std::cos(9.0);
  CHECK(energy.value(x).to_vector()[0] == doctest::Approx(0.5 + 2 + 2 * s + 7));
  CHECK(energy.value_and_grad(x, gradient).to_vector()[0] == doctest::Approx(0.5 + 2 + 2 * s + 7));
  CHECK(gradient.to_vector()[0] == doctest::Approx(0.5 + 6 * c + 1));
  CHECK(gradient.to_vector()[1] == doctest::Approx(2 + s + 2));
  CHECK(energy_gradient_error(energy, waves<T>({6, 2}, 2, 1)) < 1e-8);
}

TEST_CASE_TEMPLATE("gradient_of has the same bits as the gradient of value_and_grad", T, eigen_double, guarded_double) {
  const T x         = waves<T>({40, 2}, 2, 1);
  const auto differ = [&](const auto& energy) {
    T alone, gradient;
    jem::gradient_of(energy, x, alone);
    energy.value_and_grad(x, gradient);
    CHECK(alone.extents() == x.extents());
    return !same_bits(alone.to_vector(), gradient.to_vector());
  };
  const auto ripples = jem::pointwise<2>(ripple{});
  CHECK_FALSE(differ(wide<T>()));
  CHECK_FALSE(differ(ripples));
  CHECK_FALSE(differ(jem::sum_energies(wide<T>(), ripples)));
  CHECK_FALSE(differ(jem::temper(wide<T>(), 3.0f)));
}

TEST_CASE_TEMPLATE("a tempered energy is divided by the temperature", T, eigen_double, guarded_double) {
  const auto energy = jem::temper(wide<T>(), 4.0f);
  const T x({1, 2}, {3, 2});
  T gradient;
  CHECK(energy.value(x).to_vector()[0] == 2.5 / 4);
  CHECK(energy.value_and_grad(x, gradient).to_vector()[0] == 2.5 / 4);
  CHECK(gradient.to_vector() == std::vector<double>{0.125, 0.5});
  CHECK(energy_gradient_error(jem::temper(jem::sum_energies(wide<T>(), jem::pointwise<2>(ripple{})), 0.5f), waves<T>({6, 2}, 2, 1)) < 1e-7);
}

TEST_CASE("sums and tempered energies accept a batch of no chains") {
  using T           = reference_double;
  const auto energy = jem::temper(jem::sum_energies(wide<T>(), jem::pointwise<2>(tilt{})), 2.0f);
  T gradient;
  CHECK(energy.value_and_grad(T(jem::shape{0, 2}), gradient).size() == 0);
}

TEST_CASE("a temperature has to be positive") {
  CHECK_THROWS_WITH_AS(jem::temper(wide<reference_double>(), 0.0f),
                       doctest::Contains("[tempered_energy] expected temperature > 0, finite, but received 0"), std::invalid_argument);
  CHECK_THROWS_AS(jem::temper(wide<reference_double>(), -1.0f), std::invalid_argument);
  CHECK_THROWS_AS(jem::temper(wide<reference_double>(), std::numeric_limits<float>::quiet_NaN()), std::invalid_argument);
}
