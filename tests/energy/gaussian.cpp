// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>

using namespace test;

static_assert(jem::differentiable_energy<jem::gaussian<reference_double>, reference_double>);
static_assert(!jem::energy<jem::gaussian<reference_double>, jem::tensor<float, jem::reference>>, "of another element type");

TEST_CASE_TEMPLATE("a gaussian's energy is half the squared distance in standard deviations", T, eigen_double, guarded_double) {
  const jem::gaussian energy(T({2}, {1, -2}), T({2}, {0.5, 3}));
  const T x({3, 2}, {1, -2, 2, -2, 0, 4});
  T gradient(x.extents());
  const auto values = energy.value_and_grad(x, gradient).to_vector();
  CHECK(values[0] == 0);      // at the mean
  CHECK(values[1] == 2);      // two standard deviations off in the first coordinate
  CHECK(values[2] == 2 + 2);  // two off in each
  CHECK(gradient.to_vector() == std::vector<double>{0, 0, 4, 0, -4, 2.0 / 3});
  CHECK(energy.value(x).to_vector() == values);
}

TEST_CASE_TEMPLATE("a gaussian's gradient is that of central differences", T, eigen_double, guarded_double) {
  const jem::gaussian energy(waves<T>({7}, 2, 0.3), T({7}, {1, 2, 0.5, 1.5, 3, 1, 0.7}));
  CHECK(energy_gradient_error(energy, waves<T>({5, 7}, 1, 1.7)) < 1e-8);
}

TEST_CASE("a gaussian accepts a batch of no chains, and resizes the gradient") {
  using T = reference_double;
  const jem::gaussian energy(T({2}, {0, 0}), T({2}, {1, 1}));
  T gradient(jem::shape{9});
  CHECK(energy.value_and_grad(T(jem::shape{0, 2}), gradient).size() == 0);
  CHECK(gradient.extents() == jem::shape{0, 2});
  CHECK(energy.value(T({1, 2}, {3, 4})).to_vector() == std::vector<double>{12.5});
}

TEST_CASE("a gaussian refuses means and deviations, or chains, that do not fit") {
  using T = reference_double;
  CHECK_THROWS_WITH_AS(jem::gaussian(T({2}, {0, 0}), T({3}, {1, 1, 1})), "[gaussian] expected (2) but received (3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::gaussian(T({1, 2}, {0, 0}), T({1, 2}, {1, 1})), "[gaussian] expected 1 axes but received (1, 2)",
                       std::invalid_argument);
  const jem::gaussian energy(T({2}, {0, 0}), T({2}, {1, 1}));
  CHECK_THROWS_WITH_AS(energy.value(T({4, 3}, std::vector<double>(12))), "[gaussian] expected (4, 2) but received (4, 3)",
                       std::invalid_argument);
}
