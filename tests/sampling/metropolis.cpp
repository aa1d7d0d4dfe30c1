// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/metropolis.hpp>
#include <jem/sampling/sample.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Proposes x + jump with a given correction.
struct jump_by {
  float jump, correction = 0;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng&) const {
    to.position = from.position + jem::full<T>(from.position.extents(), jump);
    to.energy   = e.value(to.position);
    return jem::full<T>(from.energy.extents(), correction);
  }
};

/// E(x) = a at 0, b elsewhere.
struct two_levels {
  float a, b;

  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::map_rows(x, [a = a, b = b](const auto* row) { return row[0] == 0 ? a : b; });
  }
};

struct outcome {
  float position, probability, error;
};

outcome one_step(two_levels energy, jump_by proposal, std::uint64_t seed = 1) {
  const jem::metropolis kernel{proposal};
  jem::rng g{seed};
  auto state      = kernel.init(energy, jem::zeros<tensor>({1, 1}));
  const auto info = kernel.step(energy, state, g);
  return {state.position.to_vector()[0], info.acceptance_probability.to_vector()[0], info.energy_error.to_vector()[0]};
}

static_assert(jem::kernel<jem::metropolis<jump_by>, two_levels, tensor>, "without a gradient");
static_assert(!jem::metropolis<jump_by>::needs_gradient);
static_assert(!jem::kernel<jem::metropolis<int>, two_levels, tensor>);
static_assert(!jem::kernel<jem::metropolis<jump_by>, int, tensor>);

// Five states on a ring, with the energies of π = (1, 2, 4, 2, 1) / 10. A proposal goes to the right with probability 0.7.
constexpr std::array<double, 5> law{0.1, 0.2, 0.4, 0.2, 0.1};

struct five_states {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::map_rows(x, [](const auto* row) { return -std::log(static_cast<float>(law[static_cast<std::size_t>(row[0])])); });
  }
};

template <bool Corrected>
struct uneven_ring {
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    const T turn      = jem::uniform<T>(from.energy.extents(), 0, 1, g);
    const T step      = jem::map(turn, [](float u) { return u < 0.7f ? 1.0f : 4.0f; });
    to.position       = jem::map(from.position + T(step).reshaped(from.position.extents()), [](float x) { return x < 5 ? x : x - 5; });
    to.energy         = e.value(to.position);
    const float right = Corrected ? std::log(0.3f / 0.7f) : 0.0f;
    return jem::map(step, [right](float s) { return s == 1.0f ? right : -right; });
  }
};

/// How many chains go from i to j in one step, if the numbers of chains that start at each state are proportional to the law.
template <class Proposal>
std::array<std::array<double, 5>, 5> flows(jem::index_t chains, std::uint64_t seed) {
  std::vector<float> start;
  for (std::size_t s = 0; s < 5; ++s)
    start.insert(start.end(), static_cast<std::size_t>(static_cast<double>(chains) * law[s] + 0.5), static_cast<float>(s));
  const jem::metropolis kernel{Proposal{}};
  jem::rng g{seed};
  const auto end = jem::evolve(kernel, five_states{}, tensor({std::ssize(start), 1}, start), 1, g).to_vector();
  std::array<std::array<double, 5>, 5> count{};
  for (std::size_t i = 0; i < end.size(); ++i) ++count[static_cast<std::size_t>(start[i])][static_cast<std::size_t>(end[i])];
  return count;
}

/// The largest difference between the flows from i to j and back, divided by Hoeffding's bound at delta for all ten pairs together.
double imbalance(const std::array<std::array<double, 5>, 5>& count, double chains, double delta) {
  double largest = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double trials = chains * (law[i] + law[j]);  // each chain adds 0 or 1 to one of the two flows
      largest             = std::max(largest, std::abs(count[i][j] - count[j][i]) / (trials * test::hoeffding_bound(trials, delta / 10)));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("a proposal of lower energy is accepted, and one of higher energy with probability exp(-difference)") {
  const auto down = one_step({2, 1}, {1});
  CHECK(down.position == 1);
  CHECK(down.probability == 1);
  CHECK(down.error == -1);
  const auto up = one_step({0, 2}, {1});
  CHECK(up.probability == doctest::Approx(std::exp(-2.0)).epsilon(1e-6));
  CHECK(up.error == 2);
  CHECK(one_step({0, 0}, {1}).probability == 1);
  CHECK(one_step({0, 1e30f}, {1}).probability == 0);
}

TEST_CASE("a proposal that is higher by 80 nats is accepted with probability 2e-35, and not if a uniform of 24 bits is 0") {
  const jem::metropolis kernel{jump_by{1}};
  jem::rng g{33};  // its uniform number 885 790 is 0 to 24 bits
  const auto start = jem::zeros<tensor>({1'000'000, 1});
  CHECK(jem::sum(jem::evolve(kernel, two_levels{0, 80}, start, 1, g)) == 0);  // false alarm: 1e-29
}

TEST_CASE("the correction of a proposal is added to the logarithm of the acceptance ratio") {
  CHECK(one_step({0, 2}, {1, 0.5f}).probability == doctest::Approx(std::exp(-1.5)).epsilon(1e-6));
  CHECK(one_step({0, 2}, {1, -0.5f}).probability == doctest::Approx(std::exp(-2.5)).epsilon(1e-6));
  CHECK(one_step({0, 2}, {1, 3.0f}).probability == 1);
}

TEST_CASE("a proposal of NaN or infinite energy is rejected, and the chain stays as it was") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (const float bad : {not_a_number, infinity}) {
      const auto result = one_step({0, bad}, {1}, seed);
      CHECK(result.position == 0);
      CHECK(result.probability == 0);
    }
    CHECK(one_step({0, -5}, {1, not_a_number}, seed).position == 0);  // a correction of NaN, too
  }
}

TEST_CASE("a chain that starts at infinite energy can move, and one that starts at NaN stays and reports NaN") {
  CHECK(one_step({infinity, 3}, {1}).position == 1);
  const auto stuck = one_step({not_a_number, 3}, {1});
  CHECK(stuck.position == 0);
  CHECK(std::isnan(stuck.error));
}

TEST_CASE("each chain is accepted or rejected separately") {
  const jem::metropolis kernel{jump_by{1}};
  jem::rng g{3};
  const jem::index_t n = 100'000;
  auto state           = kernel.init(two_levels{0, 1}, jem::zeros<tensor>({n, 1}));
  kernel.step(two_levels{0, 1}, state, g);
  const auto positions = state.position.to_vector(), energies = state.energy.to_vector();
  double moved = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    moved += positions[i];
    if (energies[i] != positions[i]) FAIL("chain ", i, " has the energy of another place");
  }
  // false alarm: 1e-6
  CHECK(std::abs(moved / static_cast<double>(n) - std::exp(-1.0)) < test::hoeffding_bound(static_cast<double>(n), 1e-6));
}

TEST_CASE("a proposal without a gradient computes one value for each step, and one for the start") {
  test::calls count;
  const test::counted energy{two_levels{0, 1}, &count};
  const jem::metropolis kernel{jump_by{1}};
  jem::rng g{4};
  (void)jem::evolve(kernel, energy, jem::zeros<tensor>({5, 1}), 7, g);
  CHECK(count.values == 8);
  CHECK(count.gradients == 0);
}

TEST_CASE("chains of five states satisfy detailed balance, and do not without the correction") {
  constexpr jem::index_t chains = 200'000;
  // false alarm: 1e-6 for all pairs and states together, by Hoeffding's inequality
  const auto count = flows<uneven_ring<true>>(chains, 5);
  CHECK(imbalance(count, static_cast<double>(chains), 5e-7) < 1);
  for (std::size_t j = 0; j < 5; ++j) {
    double arrived = 0;
    for (std::size_t i = 0; i < 5; ++i) arrived += count[i][j];
    CHECK(std::abs(arrived / static_cast<double>(chains) - law[j]) < test::hoeffding_bound(static_cast<double>(chains), 1e-7));
    CHECK(count[j][j] < 0.9 * static_cast<double>(chains) * law[j]);  // many chains move
  }
  CHECK(imbalance(flows<uneven_ring<false>>(chains, 5), static_cast<double>(chains), 5e-7) > 3);
}

TEST_CASE("metropolis accepts a batch of no chains") {
  const jem::metropolis kernel{jump_by{1}};
  jem::rng g{6};
  CHECK(jem::evolve(kernel, two_levels{0, 1}, tensor(jem::shape{0, 1}), 3, g).extents() == jem::shape{0, 1});
}

namespace {

/// A proposal that uses the gradient of its point without declaring needs_gradient.
struct silent_drift {
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng&) const {
    to.position = jem::zip(from.position, from.gradient, [](auto x, auto slope) { return x - slope; });
    to.energy   = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

/// A proposal that does not set one of the members of its point.
template <int Missing>
struct incomplete {
  static constexpr bool needs_gradient = true;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng&) const {
    T gradient(from.position.extents());
    const T energy = e.value_and_grad(from.position, gradient);
    if (Missing != 0) to.position = from.position;
    if (Missing != 1) to.energy = energy;
    if (Missing != 2) to.gradient = gradient;
    return Missing == 3 ? T{} : jem::zeros<T>(energy.extents());
  }
};

template <class Proposal>
std::string message_of(const Proposal& proposal) {
  const jem::metropolis kernel{proposal};
  const jem::gaussian<tensor> energy(jem::zeros<tensor>({2}), jem::full<tensor>({2}, 1));
  jem::rng g{1};
  auto state = kernel.init(energy, jem::zeros<tensor>({4, 2}));
  try {
    kernel.step(energy, state, g);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return {};
}

bool says(const std::string& message, const std::string& part) { return message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the error for a proposal that uses the gradient without declaring it names the missing member") {
  const std::string message = message_of(silent_drift{});
  CHECK(says(message, "silent_drift has no `static constexpr bool needs_gradient = true`"));
  CHECK(says(message, "from.gradient is empty"));
}

TEST_CASE("the error for a proposal that does not set a member of its point names that member") {
  CHECK(says(message_of(incomplete<0>{}), "incomplete<0>::propose to give to.position the shape (4, 2) but received"));
  CHECK(says(message_of(incomplete<1>{}), "incomplete<1>::propose to give to.energy the shape (4) but received"));
  CHECK(says(message_of(incomplete<2>{}), "incomplete<2>::propose to give to.gradient the shape (4, 2) but received"));
  CHECK(says(message_of(incomplete<3>{}), "incomplete<3>::propose to give what it returns the shape (4) but received"));
  CHECK(message_of(incomplete<4>{}).empty());
}
