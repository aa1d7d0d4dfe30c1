// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using tensor = jem::tensor<double, jem::eigen>;
using target = jem::gaussian<tensor>;

target uneven() { return {tensor({2}, {1, -2}), tensor({2}, {0.5, 3})}; }

double mean_acceptance(float step_size) {
  const jem::hmc kernel{{.step_size = step_size, .steps = 5}};
  jem::rng g{11};
  auto state      = kernel.init(uneven(), jem::normal<tensor>({1000, 2}, g));
  const auto info = kernel.step(uneven(), state, g);
  return jem::mean(info.acceptance_probability);
}

/// An energy that is NaN for x ≥ 1, so that some trajectories leave its support.
struct half_defined {
  template <jem::tensor_value T>
  T value(const T& x) const {
    T gradient;
    return value_and_grad(x, gradient);
  }
  template <jem::tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    grad = T(x.extents());
    return jem::map_rows(x, grad, [](const auto* row, auto* slope) {
      const bool inside = row[0] < 1;
      slope[0]          = inside ? row[0] : std::numeric_limits<double>::quiet_NaN();
      return inside ? row[0] * row[0] / 2 : std::numeric_limits<double>::quiet_NaN();
    });
  }
};

}  // namespace

TEST_CASE("the proposal's correction is the kinetic energy before minus that after, so that the energy error is that of the hamiltonian") {
  const jem::hamiltonian<> proposal{.step_size = 0.2f, .steps = 7};
  jem::rng g{1}, same = g;
  const auto from = jem::hmc{proposal}.init(uneven(), tensor({2, 2}, {2, 1, 0.5, -3}));
  jem::point<tensor> to;
  const auto correction = proposal.propose(uneven(), from, to, g).to_vector();
  auto at               = from;  // the same steps, made here
  tensor momentum       = jem::normal<tensor>({2, 2}, same);
  const auto before     = jem::row_dots(momentum, momentum).to_vector();
  jem::leapfrog{}(uneven(), at, momentum, 0.2f, 7);
  const auto after = jem::row_dots(momentum, momentum).to_vector();
  CHECK(to.position.to_vector() == at.position.to_vector());
  CHECK(to.energy.to_vector() == at.energy.to_vector());
  for (std::size_t i = 0; i < 2; ++i) CHECK(correction[i] == doctest::Approx((before[i] - after[i]) / 2));
  CHECK(from.position.to_vector() == std::vector<double>{2, 1, 0.5, -3});
}

TEST_CASE("hmc accepts nearly all proposals for small steps, and nearly none if it is unstable") {
  CHECK(mean_acceptance(1e-3f) > 0.9999);
  CHECK(mean_acceptance(0.1f) > 0.98);
  CHECK(mean_acceptance(0.1f) > mean_acceptance(0.6f));
  CHECK(mean_acceptance(5.0f) < 0.01);
}

TEST_CASE("hmc computes one gradient for each leapfrog step, and one for the start") {
  test::calls count;
  const test::counted energy{uneven(), &count};
  const jem::hmc kernel{{.step_size = 0.1f, .steps = 9}};
  jem::rng g{3};
  (void)jem::evolve(kernel, energy, jem::zeros<tensor>({5, 2}), 4, g);
  CHECK(count.gradients == 4 * 9 + 1);
  CHECK(count.values == 0);
}

TEST_CASE("in hmc energy and gradient of a chain always belong to its position") {
  const jem::hmc kernel{{.step_size = 0.8f, .steps = 3}};
  jem::rng g{4};
  auto state = kernel.init(uneven(), jem::normal<tensor>({200, 2}, g));
  for (int k = 0; k < 5; ++k) {
    const auto info = kernel.step(uneven(), state, g);
    tensor gradient;
    CHECK(state.energy.to_vector() == uneven().value_and_grad(state.position, gradient).to_vector());
    CHECK(state.gradient.to_vector() == gradient.to_vector());
    CHECK(jem::mean(info.acceptance_probability) < 0.95);
  }
}

TEST_CASE("a trajectory that reaches NaN is rejected, and the chain continues") {
  const jem::hmc kernel{{.step_size = 0.5f, .steps = 4}};
  jem::rng g{5};
  auto state    = kernel.init(half_defined{}, jem::zeros<tensor>({500, 1}));
  bool rejected = false;
  for (int k = 0; k < 20; ++k) {
    const auto info = kernel.step(half_defined{}, state, g);
    for (const double error : info.energy_error.to_vector()) rejected = rejected || std::isnan(error);
  }
  CHECK(rejected);
  double largest = -HUGE_VAL;
  for (const double x : state.position.to_vector()) {
    REQUIRE(std::isfinite(x));
    largest = std::max(largest, x);
  }
  CHECK(largest < 1);
  CHECK(largest > 0.9);
}

TEST_CASE("a trajectory needs at least one step") {
  jem::rng g{6};
  const auto x = jem::zeros<tensor>({1, 2});
  CHECK_THROWS_WITH_AS((void)jem::evolve(jem::hmc{{.step_size = 0.1f, .steps = 0}}, uneven(), x, 1, g),
                       "[hamiltonian] expected steps >= 1 but received 0", std::invalid_argument);
}
