// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/mixture.hpp>
#include <jem/energy/pointwise.hpp>

#include <limits>

using namespace test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// E = (x − at)², so that a mixture may have two energies of one type.
struct well {
  float at;
  constexpr auto operator()(auto x) const { return square(x - at); }
};

/// −ln(side·x) where side·x > 0, and infinite with a slope of NaN elsewhere.
struct half_line {
  template <jem::tensor_value T>
  T value(const T& x) const {
    T unused(x.extents());
    return value_and_grad(x, unused);
  }
  template <jem::tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    return jem::map_rows(x, grad, [side = side](const auto* row, auto* slope) {
      const double y = side * row[0];
      slope[0]       = y > 0 ? -side / y : std::numeric_limits<double>::quiet_NaN();
      return y > 0 ? -std::log(y) : infinity;
    });
  }
  double side;
};

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};

template <class T>
jem::mixture<jem::gaussian<T>> three() {
  return jem::gaussian_mixture(T({3, 2}, {-2, 0, 1, 1, 3, -1}), T({3, 2}, {0.5, 1, 2, 0.25, 1, 1}), {0.2, 0.5, 0.3});
}

double normal_density(double x, double mean, double deviation) {
  return std::exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / (deviation * std::sqrt(2 * 3.14159265358979323846));
}

using pointwise_well = jem::pointwise_energy<1, well>;
static_assert(jem::differentiable_energy<jem::mixture<jem::gaussian<reference_double>>, reference_double>);
static_assert(jem::differentiable_energy<jem::mixture<pointwise_well>, jem::tensor<float, jem::eigen>>);
static_assert(jem::energy<jem::mixture<value_only>, reference_double>);
static_assert(!jem::differentiable_energy<jem::mixture<value_only>, reference_double>, "a mixture is as smooth as its components");
static_assert(!jem::energy<jem::mixture<int>, reference_double>);
static_assert(!jem::energy<jem::mixture<jem::gaussian<reference_double>>, jem::tensor<float, jem::reference>>);

}  // namespace

TEST_CASE_TEMPLATE("a gaussian mixture is minus the logarithm of its normalised density", T, eigen_double, guarded_double) {
  const T x({3, 2}, {0, 0, 1, 1.5, -2, 0.5});
  const auto values = three<T>().value(x).to_vector();
  const auto at     = x.to_vector();
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = at[2 * i], b = at[2 * i + 1];
    const double density = 0.2 * normal_density(a, -2, 0.5) * normal_density(b, 0, 1) +
                           0.5 * normal_density(a, 1, 2) * normal_density(b, 1, 0.25) +
                           0.3 * normal_density(a, 3, 1) * normal_density(b, -1, 1);
    CHECK(values[i] == doctest::Approx(-std::log(density)).epsilon(1e-12));
  }
}

TEST_CASE_TEMPLATE("a mixture's gradient is that of central differences", T, eigen_double, guarded_double) {
  CHECK(energy_gradient_error(three<T>(), waves<T>({12, 2}, 3, 1)) < 1e-7);
  T gradient;
  const auto energy = three<T>();
  const T x         = waves<T>({12, 2}, 3, 1);
  CHECK(largest_difference(energy.value_and_grad(x, gradient).to_vector(), energy.value(x).to_vector()) < 1e-12);
}

TEST_CASE("mix_energies does not normalise its components, so that a wider gaussian has more mass at equal weights") {
  using T = reference_double;
  const jem::gaussian<T> narrow(T({1}, {0}), T({1}, {1})), wide(T({1}, {0}), T({1}, {3}));
  const auto energy = jem::mix_energies(std::vector{narrow, wide}, {2, 0.5});
  CHECK(energy.value(T({1, 1}, {3})).to_vector()[0] ==
        doctest::Approx(-std::log(2 * std::exp(-4.5) + 0.5 * std::exp(-0.5))).epsilon(1e-14));
  // ∫ exp(−E) by the trapezoidal rule has to be 2·1·√2π + ½·3·√2π.
  std::vector<double> grid;
  for (int i = -4000; i <= 4000; ++i) grid.push_back(0.01 * i);
  double mass = 0;
  for (const double e : energy.value(T({std::ssize(grid), 1}, grid)).to_vector()) mass += 0.01 * std::exp(-e);
  CHECK(mass == doctest::Approx(3.5 * std::sqrt(2 * 3.14159265358979323846)).epsilon(1e-10));
}

TEST_CASE("a mixture of one component is that component, shifted by the logarithm of its weight") {
  using T = reference_double;
  const jem::gaussian<T> alone(T({2}, {1, 2}), T({2}, {1, 0.5}));
  const auto energy = jem::mix_energies(std::vector{alone}, {4});
  const T x         = waves<T>({5, 2}, 2, 1);
  T gradient, slope;
  const auto values = energy.value_and_grad(x, gradient).to_vector(), inner = alone.value_and_grad(x, slope).to_vector();
  for (std::size_t i = 0; i < 5; ++i) CHECK(values[i] == doctest::Approx(inner[i] - std::log(4)));
  CHECK(gradient.to_vector() == slope.to_vector());
}

TEST_CASE_TEMPLATE("far from all components a mixture equals its nearest one, and nothing overflows", T, jem::tensor<float, jem::eigen>,
                   jem::tensor<double, jem::eigen>) {
  const auto energy = jem::mix_energies(std::vector{jem::pointwise<1>(well{-10}), jem::pointwise<1>(well{10})}, {1, 1});
  T gradient;
  const auto values = energy.value_and_grad(T({3, 1}, {-1010, 0, 1010}), gradient).to_vector();  // exp(−10⁶) is 0
  CHECK(values[0] == doctest::Approx(1e6));
  CHECK(values[1] == doctest::Approx(100 - std::log(2.0)));
  CHECK(gradient.to_vector()[0] == -2000);
  CHECK(gradient.to_vector()[1] == 0);
  CHECK(gradient.to_vector()[2] == 2000);
}

TEST_CASE("the densities of a mixture in a thousand dimensions do not overflow") {
  using T         = jem::tensor<float, jem::eigen>;
  const auto many = [](float s) { return std::vector<float>(1000, s); };
  auto deviations = many(0.01f), wider = many(0.011f);
  deviations.insert(deviations.end(), wider.begin(), wider.end());
  const auto energy = jem::gaussian_mixture(jem::zeros<T>({2, 1000}), T({2, 1000}, deviations), {1, 1});
  T gradient;
  // At the mean the narrow component is 1.1¹⁰⁰⁰ times as dense as the other, so E = ln 2 + 1000·ln(0.01·√2π).
  CHECK(energy.value_and_grad(jem::zeros<T>({1, 1000}), gradient).to_vector()[0] ==
        doctest::Approx(std::log(2.0) + 1000 * std::log(0.01 * std::sqrt(2 * 3.14159265358979323846))).epsilon(1e-6));
  CHECK(gradient.to_vector() == many(0));
}

TEST_CASE("components of infinite energy have no influence; where all are infinite, the mixture is infinite") {
  using T           = eigen_double;
  const auto energy = jem::mix_energies(std::vector{half_line{1}, half_line{-1}}, {1, 1});  // E = −ln |x|
  T gradient;
  CHECK(energy.value_and_grad(T({2, 1}, {2, -4}), gradient).to_vector() == std::vector<double>{-std::log(2), -std::log(4)});
  CHECK(gradient.to_vector() == std::vector<double>{-0.5, 0.25});
  CHECK(energy.value(T({1, 1}, {0})).to_vector()[0] == infinity);
}

TEST_CASE("a mixture computes one gradient of each component, and accepts a batch of no chains") {
  using T = reference_double;
  calls count;
  const counted part{jem::pointwise<1>(well{1}), &count};
  const auto energy = jem::mix_energies(std::vector{part, part, part}, {1, 2, 3});
  T gradient;
  CHECK(energy.value_and_grad(T(jem::shape{0, 1}), gradient).size() == 0);
  CHECK(gradient.extents() == jem::shape{0, 1});
  CHECK(count.gradients == 3);
  CHECK(count.values == 0);
  CHECK(energy.components().size() == 3);
  CHECK(energy.log_weights()[2] == doctest::Approx(std::log(3)));
}

TEST_CASE("a mixture refuses no components, weights that are not positive, and extents that do not fit") {
  using T = reference_double;
  const std::vector two{jem::pointwise<1>(well{1}), jem::pointwise<1>(well{2})};
  CHECK_THROWS_WITH_AS(jem::mix_energies(std::vector<pointwise_well>{}, {}), "[mixture] expected components >= 1 but received 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::mix_energies(two, {1}), "[mixture] expected (2) but received (1)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::mix_energies(two, {1, 0}), doctest::Contains("[mix_energies] expected weights > 0 but received 0"),
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::mix_energies(two, {1, -1}), std::invalid_argument);
  CHECK_THROWS_AS(jem::mix_energies(two, {infinity, 1}), std::invalid_argument);
  CHECK_THROWS_AS(jem::mixture(two, {0, -infinity}), std::invalid_argument);
  const T means({2, 1}, {0, 1}), deviations({2, 1}, {1, 1});
  CHECK_NOTHROW(jem::gaussian_mixture(means, deviations, {1, 1}));
  CHECK_THROWS_WITH_AS(jem::gaussian_mixture(means, deviations, {1, 1, 1}), "[gaussian_mixture] expected (2) but received (3)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::gaussian_mixture(means, T({2, 1}, {1, 0}), {1, 1}),
                       doctest::Contains("[gaussian_mixture] expected deviations > 0 but received 0"), std::invalid_argument);
  CHECK_THROWS_AS(jem::gaussian_mixture(means, T({1, 2}, {1, 1}), {1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(jem::gaussian_mixture(means, deviations, {1, std::numeric_limits<double>::quiet_NaN()}), std::invalid_argument);
}
