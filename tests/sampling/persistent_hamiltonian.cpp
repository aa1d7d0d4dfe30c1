// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/sampling/persistent_hamiltonian.hpp>
#include <jem/sampling/sample.hpp>

using namespace test;

namespace {

using T = eigen_double;

struct spring {
  constexpr auto operator()(auto x) const { return square(x) / 2; }
};
struct half_defined {  // NaN for x ≥ 1
  constexpr auto operator()(auto x) const { return square(x) / 2 - log(1 - x); }
};

static_assert(jem::kernel<jem::persistent_hamiltonian<>, jem::gaussian<T>, T>);
static_assert(jem::persistent_hamiltonian<>::needs_gradient && jem::row_wise<jem::persistent_hamiltonian<>>);
static_assert(!jem::kernel<jem::persistent_hamiltonian<>, int, T>);

}  // namespace

TEST_CASE("without refreshment a chain follows one trajectory, and turns back at a rejection") {
  const auto energy = jem::pointwise<1>(spring{});
  const jem::persistent_hamiltonian<> kernel{.step_size = 0.1f, .refreshment = 0};
  auto state     = kernel.init(energy, T({1, 1}, {1.0}));
  state.momentum = T({1, 1}, {0.5});
  state.decider  = T({1}, {0.0});  // accepts everything
  jem::rng g{1};
  auto at = jem::point<T>{state.position, state.energy, state.gradient};
  T p     = state.momentum;
  jem::leapfrog{}(energy, at, p, 0.1f, 1);
  for (int k = 1; k < 5; ++k) {
    kernel.step(energy, state, g);
    CHECK(largest_difference(state.position.to_vector(), at.position.to_vector()) < 1e-14);
    CHECK(largest_difference(state.momentum.to_vector(), p.to_vector()) < 1e-14);
    jem::leapfrog{}(energy, at, p, 0.1f, 1);
  }
  state.decider    = T({1}, {0.9999999});
  state.position   = T({1, 1}, {1e6});  // a step from here goes up in energy
  state.momentum   = T({1, 1}, {1e6});
  state.energy     = energy.value_and_grad(state.position, state.gradient);
  const auto x     = state.position.to_vector();
  const auto info  = kernel.step(energy, state, g);
  const bool moved = info.energy_error.to_vector()[0] <= 0;
  CHECK((state.position.to_vector() == x) == !moved);
  CHECK((state.momentum.to_vector()[0] == -1e6) == !moved);
}

TEST_CASE("the number that decides goes around, and keeps its level when a step is accepted") {
  const auto energy = jem::pointwise<1>(spring{});
  const jem::persistent_hamiltonian<> kernel{.step_size = 0.5f, .refreshment = 0.2f};
  jem::rng g{2};
  auto state = kernel.init(energy, T({2000, 1}, std::vector<double>(2000, 0.5)));
  kernel.step(energy, state, g);
  for (int k = 0; k < 50; ++k) {
    const auto before = state.decider.to_vector();
    const auto info   = kernel.step(energy, state, g);
    const auto after = state.decider.to_vector(), error = info.energy_error.to_vector();
    for (std::size_t i = 0; i < before.size(); ++i) {
      const double u      = before[i] + 0.1 < 1 ? before[i] + 0.1 : before[i] - 1.9;
      const bool accepted = std::abs(u) < std::exp(-error[i]);
      REQUIRE(after[i] == doctest::Approx(accepted ? u * std::exp(error[i]) : u).epsilon(1e-6));
      REQUIRE(std::abs(after[i]) <= 1);
    }
  }
}

TEST_CASE("a step costs one gradient, and energy and gradient belong to the position") {
  calls count;
  const counted energy{jem::pointwise<1>(half_defined{}), &count};
  const jem::persistent_hamiltonian<> kernel{.step_size = 0.6f, .refreshment = 0.3f};
  jem::rng g{3};
  auto state = kernel.init(energy, jem::zeros<T>({300, 1}));
  for (int k = 0; k < 40; ++k) kernel.step(energy, state, g);
  CHECK(count.gradients == 41);
  CHECK(count.values == 0);
  T gradient;
  CHECK(energy.value_and_grad(state.position, gradient).to_vector() == state.energy.to_vector());
  CHECK(gradient.to_vector() == state.gradient.to_vector());
  for (const double x : state.position.to_vector()) REQUIRE(x < 1);
}

TEST_CASE("tiles have the bits of the whole batch, and a run can be continued") {
  const jem::gaussian<eigen_float> energy(jem::zeros<eigen_float>({40}), jem::full<eigen_float>({40}, 1));
  const jem::persistent_hamiltonian<jem::diagonal_metric<eigen_float>> kernel{
      .step_size = 0.3f, .refreshment = 0.2f, .metric = {jem::full<eigen_float>({40}, 0.9f)}};
  const auto start = waves<eigen_float>({300, 40});
  jem::rng g{4}, whole = g, parts = g;
  const auto tiles = jem::evolve(kernel, energy, start, 6, g).to_vector();
  CHECK(tiles == jem::evolve(kernel, energy, start, 6, whole, [](const auto&...) {}).to_vector());
  CHECK(g == whole);
  auto state = kernel.init(energy, start);
  jem::advance<eigen_float>(kernel, energy, state, 2, parts);
  jem::advance<eigen_float>(kernel, energy, state, 4, parts);
  CHECK(tiles == state.position.to_vector());
}

TEST_CASE("no chains are no mistake") {
  const jem::gaussian<T> energy(jem::zeros<T>({2}), jem::full<T>({2}, 1));
  jem::rng g{5};
  CHECK(jem::evolve(jem::persistent_hamiltonian<>{}, energy, T({0, 2}), 3, g).extents() == jem::shape{0, 2});
}
