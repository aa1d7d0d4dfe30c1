// SPDX-License-Identifier: MIT
// The fraction against its definition, and against arviz.bfmi(series(30, 3, 50, 0.8)) of ArviZ 0.23.4, with the `series` of ess.cpp.
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/row.hpp>
#include <jem/metrics/energy_fraction.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <memory>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

using floats = jem::tensor<float, jem::reference>;

struct state {
  tensor position, energy;
};

/// ‖x‖ of ten numbers.
struct radius {
  float operator()(const float* x, float* gradient) const {
    float r = 0;
    for (int j = 0; j < 10; ++j) r += x[j] * x[j];
    r = std::sqrt(r);
    for (int j = 0; j < 10; ++j) gradient[j] = x[j] / r;
    return r;
  }
};

/// Records E + ‖p‖²/2 at the end of each trajectory.
struct recording_leapfrog {
  std::shared_ptr<std::vector<float>> energies = std::make_shared<std::vector<float>>();

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  void operator()(const E& e, jem::point<T>& at, T& momentum, float step_size, jem::index_t steps) const {
    jem::leapfrog{}(e, at, momentum, step_size, steps);
    const auto potential = at.energy.to_vector(), squares = row_dots(momentum, momentum).to_vector();
    for (std::size_t c = 0; c < potential.size(); ++c) energies->push_back(potential[c] + squares[c] / 2);
  }
};

}  // namespace

TEST_CASE("the energy fraction has the value of its definition") {
  CHECK(metrics::energy_fraction(test::draws_of<tensor>({{1, 3, 2}}))[0] == doctest::Approx((4.0 + 1) / 2));  // mean 2, squares 2
  const auto found = metrics::energy_fraction(test::draws_of<tensor>(test::congruential_chains(30, 3, 50, 0.8)));
  REQUIRE(found.size() == 3);
  CHECK(found[0] == doctest::Approx(0.32494993036).epsilon(1e-10));
  CHECK(found[1] == doctest::Approx(0.397059987197).epsilon(1e-10));
  CHECK(found[2] == doctest::Approx(0.683814573597).epsilon(1e-10));
}

TEST_CASE("constant energies, few and those that are not finite have no fraction, and energies have two axes") {
  CHECK(std::isnan(metrics::energy_fraction(jem::full<tensor>({9, 1}, 2))[0]));
  CHECK(std::isnan(metrics::energy_fraction(jem::full<tensor>({1, 1}, 2))[0]));
  CHECK(std::isnan(metrics::energy_fraction(tensor(jem::shape{0, 1}))[0]));
  CHECK(std::isnan(metrics::energy_fraction(test::draws_of<tensor>({{1, NAN, 2}}))[0]));
  CHECK(metrics::energy_fraction(tensor(jem::shape{9, 0})).empty());
  CHECK_THROWS_WITH_AS(metrics::energy_fraction(tensor(jem::shape{3, 2, 2})), "[energy_fraction] expected 2 axes but received (3, 2, 2)",
                       std::invalid_argument);
}

TEST_CASE("the fraction of potential energies is d / (d/2 + their variance), for each chain and together") {
  metrics::running_energy_fraction seen;
  const tensor x(jem::shape{2, 3});
  for (const auto& e : {tensor({2}, {1, 5}), tensor({2}, {3, 5}), tensor({2}, {2, 6})}) seen(0, state{x, e}, 0);
  CHECK(seen.result()[0] == doctest::Approx(3 / (1.5 + 1)));
  CHECK(seen.result()[1] == doctest::Approx(3 / (1.5 + 1.0 / 3)));
  CHECK(seen.together() == doctest::Approx(3 / (1.5 + metrics::detail::variance({1, 3, 2, 5, 5, 6}))));
  CHECK_THROWS_AS(seen(0, state{x, tensor(jem::shape{3})}, 0), std::invalid_argument);
}

TEST_CASE("the fraction of potential energies is that of the Hamiltonian's energies by their definition") {
  // 4 chains of 4000 draws in ten dimensions. Var E is d/2 for a normal target and d for exp(−‖x‖), so that fractions are 1 and 2/3.
  // Relative standard deviations of the estimates were below 0.03 over 20 other seeds; the bounds are at five of them.
  const auto check = [](const auto& energy, double expected) {
    recording_leapfrog integrate;
    const jem::hamiltonian<recording_leapfrog> proposal{.step_size = 0.3f, .steps = 7, .integrate = integrate};
    metrics::running_energy_fraction seen;
    jem::rng g{3};
    const auto warm = jem::evolve(jem::metropolis{proposal}, energy, jem::normal<floats>({4, 10}, g), 500, g);
    integrate.energies->clear();
    (void)jem::evolve(jem::metropolis{proposal}, energy, warm, 4000, g, seen);
    const floats energies({4000, 4}, *integrate.energies);
    double defined = 0;
    for (const double fraction : metrics::energy_fraction(energies)) defined += fraction / 4;
    CHECK(seen.together() == doctest::Approx(expected).epsilon(0.15));
    CHECK(defined == doctest::Approx(expected).epsilon(0.15));
  };
  check(jem::gaussian<floats>(jem::zeros<floats>({10}), jem::full<floats>({10}, 1)), 1);
  check(jem::row_energy{10, radius{}}, 2.0 / 3);
}

TEST_CASE("nothing seen has no fraction") {
  CHECK(metrics::running_energy_fraction().result().empty());
  CHECK(std::isnan(metrics::running_energy_fraction().together()));
}
