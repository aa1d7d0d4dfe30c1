// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>

#include <doctest/doctest.h>

namespace {

using tensor = jem::tensor<double, jem::eigen>;
using target = jem::gaussian<tensor>;

target uneven() { return {tensor({2}, {1, -2}), tensor({2}, {0.5, 3})}; }

double mean_acceptance(float step_size) {
  const jem::mala kernel{{.step_size = step_size}};
  jem::rng g{11};
  auto state      = kernel.init(uneven(), jem::normal<tensor>({1000, 2}, g));
  const auto info = kernel.step(uneven(), state, g);
  return jem::mean(info.acceptance_probability);
}

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};
static_assert(!jem::kernel<jem::mala, value_only, tensor>, "a langevin proposal needs gradients");
static_assert(jem::mala::needs_gradient);

}  // namespace

TEST_CASE("a langevin proposal is a step down the gradient plus noise of variance twice the step size") {
  const jem::langevin proposal{.step_size = 0.02f};
  jem::rng g{1}, same = g;
  const jem::mala kernel{proposal};
  const auto from = kernel.init(uneven(), tensor({1, 2}, {2, 1}));
  jem::point<tensor> to;
  proposal.propose(uneven(), from, to, g);
  const auto stream = same.next();
  const double root = std::sqrt(0.04);
  CHECK(to.position.to_vector()[0] == doctest::Approx(2 - 0.02 * 4 + root * stream.normal(0)).epsilon(1e-6));
  CHECK(to.position.to_vector()[1] == doctest::Approx(1 - 0.02 / 3 + root * stream.normal(1)).epsilon(1e-6));
  tensor gradient;
  CHECK(to.energy.to_vector()[0] == uneven().value_and_grad(to.position, gradient).to_vector()[0]);
  CHECK(to.gradient.to_vector() == gradient.to_vector());
}

TEST_CASE("the correction is the logarithm of the ratio of the two transition densities") {
  const jem::langevin proposal{.step_size = 0.3f};
  const double epsilon = 0.3f;
  jem::rng g{2};
  const auto from = jem::mala{proposal}.init(uneven(), tensor({3, 2}, {2, 1, 0.5, -3, 1, 7}));
  jem::point<tensor> to;
  const auto ratio = proposal.propose(uneven(), from, to, g).to_vector();
  // log q(b|a) + const = −‖b − a + ε∇E(a)‖² / 4ε
  const auto log_density = [&](const jem::point<tensor>& a, const jem::point<tensor>& b, std::size_t i) {
    const auto x = a.position.to_vector(), y = b.position.to_vector(), slope = a.gradient.to_vector();
    double sum = 0;
    for (std::size_t j = 2 * i; j < 2 * i + 2; ++j) sum += std::pow(y[j] - x[j] + epsilon * slope[j], 2);
    return -sum / (4 * epsilon);
  };
  for (std::size_t i = 0; i < 3; ++i) CHECK(ratio[i] == doctest::Approx(log_density(to, from, i) - log_density(from, to, i)).epsilon(1e-5));
}

TEST_CASE("mala accepts nearly all proposals for small steps, and nearly none for huge ones") {
  CHECK(mean_acceptance(1e-4f) > 0.9999);
  CHECK(mean_acceptance(1e-4f) > mean_acceptance(0.1f));
  CHECK(mean_acceptance(0.1f) > mean_acceptance(0.5f));
  CHECK(mean_acceptance(50.0f) < 0.01);
}

TEST_CASE("mala computes one gradient for each step, and one for the start") {
  test::calls count;
  const test::counted energy{uneven(), &count};
  const jem::mala kernel{{.step_size = 0.05f}};
  jem::rng g{3};
  (void)jem::evolve(kernel, energy, jem::zeros<tensor>({5, 2}), 7, g);
  CHECK(count.gradients == 8);
  CHECK(count.values == 0);
}

TEST_CASE("in mala energy and gradient of a chain always belong to its position") {
  const jem::mala kernel{{.step_size = 0.4f}};
  jem::rng g{4};
  auto state = kernel.init(uneven(), jem::normal<tensor>({200, 2}, g));
  for (int k = 0; k < 5; ++k) {
    const auto info = kernel.step(uneven(), state, g);
    tensor gradient;
    CHECK(state.energy.to_vector() == uneven().value_and_grad(state.position, gradient).to_vector());
    CHECK(state.gradient.to_vector() == gradient.to_vector());
    CHECK(jem::mean(info.acceptance_probability) < 0.95);  // some were rejected
  }
}
