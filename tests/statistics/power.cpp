// SPDX-License-Identifier: MIT
// The power of the test of invariance: kernels that are wrong on purpose are tested with the step sizes with which the right ones pass.
// After ten transitions of 50 000 exact samples, each of them has to be further than twice the bound of invariance.cpp from at least one of
// the five targets. The same kernels without their fault have to stay within the bound on all targets, which shows that the test finds the
// fault itself. These are nine kernels with 15 projections each, so 135 tests with δ = 1e-6: a false alarm in any of them has probability
// at most 1.35e-4.
#include "../support/targets.hpp"

#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/persistent_hamiltonian.hpp>
#include <jem/sampling/sample.hpp>

#include <doctest/doctest.h>

#include <sstream>

namespace {

using test::target, test::chains;

constexpr jem::index_t count = 50'000;
const double bound           = test::dkw_bound(static_cast<double>(count), 1e-6);

/// A proposal whose energy difference and correction enter the acceptance with factors, which are 1 for a right one.
template <class Proposal>
struct reweighted {
  static constexpr bool needs_gradient = true;

  Proposal inner;
  float energy = 1, correction = 1;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    to              = from;
    const T offered = inner.propose(e, from, to, g);
    return correction * offered + (1 - energy) * (to.energy - from.energy);
  }
};

/// The faults of stale_metropolis: it keeps the gradient or the energy of rejected proposals, or never updates the energy.
struct staleness {
  bool gradient_of_rejected = false, energy_of_rejected = false, energy_before = false;
};

/// A metropolis kernel that caches a wrong energy or gradient.
template <class Proposal>
struct stale_metropolis {
  static constexpr bool needs_gradient = true;

  Proposal proposal;
  staleness fault;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  jem::point<T> init(const E& e, const T& x) const {
    return jem::metropolis<Proposal>{proposal}.init(e, x);
  }

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  jem::transition_info<T> step(const E& e, jem::point<T>& state, jem::rng& g) const {
    jem::point<T> to;
    const T correction = proposal.propose(e, state, to, g);
    const T error      = to.energy - state.energy - correction;
    T probability      = jem::map(error, jem::detail::acceptance_probability{});
    const T accepted   = jem::happens(probability, g);
    const T always     = jem::full<T>(accepted.extents(), 1);
    jem::choose_rows(state.position, to.position, accepted);
    if (!fault.energy_before) jem::choose_rows(state.energy, to.energy, fault.energy_of_rejected ? always : accepted);
    jem::choose_rows(state.gradient, to.gradient, fault.gradient_of_rejected ? always : accepted);
    return {std::move(probability), error};
  }
};

/// A Langevin proposal with other noise than its correction assumes, or whose reverse density uses the gradient of the start.
struct loose_langevin {
  static constexpr bool needs_gradient = true;

  float step_size, noise = 1;
  bool old_gradient = false;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    const T xi = (noise * std::sqrt(2 * step_size)) * jem::normal<T>(from.position.extents(), g);
    T back     = xi;
    jem::add_scaled(back, -step_size, from.gradient);
    to.position = from.position + back;
    to.gradient = T(from.position.extents());
    to.energy   = e.value_and_grad(to.position, to.gradient);
    jem::add_scaled(back, -step_size, old_gradient ? from.gradient : to.gradient);
    return (1 / (4 * step_size)) * (jem::row_dots(xi, xi) - jem::row_dots(back, back));
  }
};

/// A Hamiltonian proposal whose momenta have another deviation than its kinetic energy assumes.
struct warm_hamiltonian {
  static constexpr bool needs_gradient = true;

  jem::hamiltonian<> inner;
  float width = 1;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    T momentum     = width * jem::normal<T>(from.position.extents(), g);
    const T before = jem::row_dots(momentum, momentum);
    to             = from;
    inner.integrate(e, to, momentum, inner.step_size, inner.steps);
    return 0.5f * (before - jem::row_dots(momentum, momentum));
  }
};

/// A leapfrog whose first and last momentum steps have given factors, ½ for a right one.
struct limping_leapfrog {
  float first = 0.5f, last = 0.5f;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  void operator()(const E& e, jem::point<T>& at, T& momentum, float step_size, jem::index_t steps) const {
    jem::add_scaled(momentum, -first * step_size, at.gradient);
    for (jem::index_t i = 1; i <= steps; ++i) {
      jem::add_scaled(at.position, step_size, momentum);
      at.energy = e.value_and_grad(at.position, at.gradient);
      jem::add_scaled(momentum, i < steps ? -step_size : -last * step_size, at.gradient);
    }
  }
};

/// Euler's explicit method, which is of first order and does not preserve volume.
struct euler {
  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  void operator()(const E& e, jem::point<T>& at, T& momentum, float step_size, jem::index_t steps) const {
    for (jem::index_t i = 0; i < steps; ++i) {
      const T velocity = momentum;
      jem::add_scaled(momentum, -step_size, at.gradient);
      jem::add_scaled(at.position, step_size, velocity);
      at.energy = e.value_and_grad(at.position, at.gradient);
    }
  }
};

jem::langevin langevin(const target& law) { return {.step_size = law.langevin}; }
jem::hamiltonian<> hamiltonian(const target& law) { return {.step_size = law.leapfrog, .steps = law.leapfrogs}; }

/// A kernel with its name. `move` makes it for a target and runs ten transitions.
struct subject {
  std::string name;
  std::function<chains(const target&, const chains&, jem::rng&)> move;
};

template <class Make>
subject named(std::string name, Make make) {
  return {std::move(name),
          [make](const target& law, const chains& x, jem::rng& g) { return jem::evolve(make(law), law.energy, x, 10, g); }};
}

subject walk(std::string name, float energy, float drift = 0) {
  return named(std::move(name),
               [=](const target& law) { return jem::metropolis<reweighted<test::random_walk>>{{{law.walk, drift}, energy, 1}}; });
}

subject mala(std::string name, float energy, float correction) {
  return named(std::move(name),
               [=](const target& law) { return jem::metropolis<reweighted<jem::langevin>>{{langevin(law), energy, correction}}; });
}

subject hmc(std::string name, float energy, float correction) {
  return named(std::move(name),
               [=](const target& law) { return jem::metropolis<reweighted<jem::hamiltonian<>>>{{hamiltonian(law), energy, correction}}; });
}

subject stale_mala(std::string name, staleness fault) {
  return named(std::move(name), [=](const target& law) { return stale_metropolis<jem::langevin>{langevin(law), fault}; });
}

subject stale_hmc(std::string name, staleness fault) {
  return named(std::move(name), [=](const target& law) { return stale_metropolis<jem::hamiltonian<>>{hamiltonian(law), fault}; });
}

subject loose_mala(std::string name, float noise, bool old_gradient = false) {
  return named(std::move(name), [=](const target& law) { return jem::metropolis{loose_langevin{law.langevin, noise, old_gradient}}; });
}

subject warm_hmc(std::string name, float width) {
  return named(std::move(name), [=](const target& law) { return jem::metropolis{warm_hamiltonian{hamiltonian(law), width}}; });
}

template <class Integrator>
subject integrated(std::string name, Integrator integrator) {
  return named(std::move(name),
               [=](const target& law) { return jem::metropolis<jem::hamiltonian<Integrator>>{{law.leapfrog, law.leapfrogs, integrator}}; });
}

/// A proposal with a metric whose momenta are stretched by the metric, which its kinetic energy does not know. A metric in the kick alone
/// would not be found: such a map is reversible and preserves volume, too; tests/sampling/metric.cpp finds it.
struct stretched_hamiltonian {
  static constexpr bool needs_gradient = true;

  jem::hamiltonian<jem::leapfrog, jem::diagonal_metric<chains>, jem::jittered_length> inner;
  float width = 1;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    const auto length = inner.trajectory(inner.steps, g);
    T momentum        = width * jem::normal<T>(from.position.extents(), g);
    return inner.follow(e, from, to, momentum, length);
  }
};

subject stretched_hmc(std::string name, float width) {
  return named(std::move(name), [=](const target& law) {
    jem::rng g{1};
    const auto d = law.exact(1, g).extent(1);
    return jem::metropolis{stretched_hamiltonian{{law.leapfrog, law.leapfrogs, {}, {jem::full<chains>({d}, 1.25f)}, {}}, width}};
  });
}

/// A persistent hamiltonian that does not turn back after a rejection, or does not keep the level of its decider after an acceptance.
struct careless {
  static constexpr bool needs_gradient = true;

  jem::persistent_hamiltonian<> inner;
  bool turns = true, keeps_level = true;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  auto init(const E& e, const T& x) const {
    return inner.init(e, x);
  }

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  jem::transition_info<T> step(const E& e, jem::persistent_state<T>& state, jem::rng& g) const {
    const T before  = state.position;
    const auto info = inner.step(e, state, g);
    const T moved   = jem::row_dots(state.position - before, state.position - before);  // (n)
    if (!turns) {
      T turned = -state.momentum;
      jem::choose_rows(turned, state.momentum, moved);
      state.momentum = turned;
    }
    if (!keeps_level) {
      const T level = jem::zip(state.decider, info.energy_error, [](float u, float error) { return u * std::exp(-error); });
      jem::choose_rows(state.decider, level, moved);
    }
    return info;
  }
};

subject persistent(std::string name, bool turns, bool keeps_level) {
  return named(std::move(name), [=](const target& law) { return careless{{law.leapfrog, 0.1f, {}}, turns, keeps_level}; });
}

double distance_after(const subject& kernel, const target& law) {
  jem::rng g{50};
  const chains x = law.exact(count, g);
  return law.distance(kernel.move(law, x, g));
}

/// Checks that the kernel fails on at least one target. If it fails on none, prints all distances.
void check_caught(const subject& kernel) {
  std::ostringstream distances;
  for (const target& law : test::five_targets()) {
    const double distance = distance_after(kernel, law);
    if (distance > 2 * bound) return;
    distances << ", " << law.name << ": " << distance;
  }
  FAIL_CHECK(kernel.name, " was not caught", distances.str());
}

void check_innocent(const subject& kernel) {
  for (const target& law : test::five_targets()) {
    const double distance = distance_after(kernel, law);
    INFO(kernel.name, ", ", law.name, ": ", distance);
    CHECK(distance < bound);
  }
}

}  // namespace

TEST_CASE("the kernels without their faults pass") {
  check_innocent(walk("a reweighted random walk", 1));
  check_innocent(mala("a reweighted mala", 1, 1));
  check_innocent(hmc("a reweighted hmc", 1, 1));
  check_innocent(stale_mala("a metropolis of one's own", {}));
  check_innocent(loose_mala("a langevin proposal of one's own", 1));
  check_innocent(warm_hmc("a hamiltonian proposal of one's own", 1));
  check_innocent(integrated("a leapfrog of one's own", limping_leapfrog{}));
  check_innocent(stretched_hmc("a proposal with a metric", 1));
  check_innocent(persistent("a persistent hamiltonian", true, true));
}

TEST_CASE("an acceptance with wrong factors of energies is found") {
  check_caught(walk("a random walk that accepts everything", 0));
  check_caught(walk("a random walk that takes half the energy difference", 0.5f));
  check_caught(walk("a random walk that prefers high energy", -1));
  check_caught(walk("a random walk that only goes down", 1e9f));
  check_caught(mala("a mala that ignores the energy", 0, 1));
  check_caught(mala("a mala that accepts everything", 0, 0));
  check_caught(hmc("an hmc that ignores the energy", 0, 1));
  check_caught(hmc("an hmc that accepts everything", 0, 0));
}

TEST_CASE("a correction that is missing, of the wrong sign or of the wrong size is found") {
  check_caught(walk("a random walk that drifts without a correction", 1, 0.3f));
  check_caught(mala("a mala without log q", 1, 0));
  check_caught(mala("a mala with the opposite of log q", 1, -1));
  check_caught(mala("a mala with log q twice", 1, 2));
  check_caught(hmc("an hmc without kinetic energy", 1, 0));
  check_caught(hmc("an hmc with the opposite of the kinetic energy", 1, -1));
  check_caught(hmc("an hmc with kinetic energy p² instead of p²/2", 1, 2));
}

TEST_CASE("a proposal that does not agree with its correction is found") {
  check_caught(loose_mala("a mala with noise √ε instead of √2ε", std::sqrt(0.5f)));
  check_caught(loose_mala("a mala with noise twice as wide", 2));
  check_caught(loose_mala("a mala whose way back takes the gradient of the way there", 1, true));
  check_caught(warm_hmc("an hmc whose momenta are too narrow", 0.8f));
  check_caught(warm_hmc("an hmc whose momenta are too wide", 1.25f));
}

TEST_CASE("an integrator that is not reversible is found") {
  check_caught(integrated("a leapfrog without the first half kick", limping_leapfrog{.first = 0}));
  check_caught(integrated("a leapfrog without the last half kick", limping_leapfrog{.last = 0}));
  check_caught(integrated("a leapfrog whose first kick is a whole one", limping_leapfrog{.first = 1}));
  check_caught(integrated("a leapfrog whose last kick is a whole one", limping_leapfrog{.last = 1}));
  check_caught(integrated("euler's method", euler{}));
}

TEST_CASE("momenta that do not belong to the metric, and a persistent hamiltonian that forgets something, are found") {
  check_caught(stretched_hmc("an hmc whose momenta are stretched by the metric", 1.25f));
  check_caught(persistent("a persistent hamiltonian that does not turn back", false, true));
  check_caught(persistent("a persistent hamiltonian whose decider loses its level", true, false));
}

TEST_CASE("a cached energy or gradient that does not belong to the position is found") {
  check_caught(stale_mala("a mala that keeps the gradient of what it rejected", {.gradient_of_rejected = true}));
  check_caught(stale_mala("a mala that keeps the energy of what it rejected", {.energy_of_rejected = true}));
  check_caught(stale_mala("a mala that never updates the energy", {.energy_before = true}));
  check_caught(stale_hmc("an hmc that keeps the gradient of what it rejected", {.gradient_of_rejected = true}));
  check_caught(stale_hmc("an hmc that keeps the energy of what it rejected", {.energy_of_rejected = true}));
  check_caught(stale_hmc("an hmc that never updates the energy", {.energy_before = true}));
}
