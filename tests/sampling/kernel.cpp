// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

namespace {

using tensor = jem::tensor<float, jem::reference>;
using target = jem::gaussian<tensor>;

struct without_step {
  jem::unadjusted_state<tensor> init(const target&, const tensor& x) const { return {x}; }
};
struct without_position {
  struct state {};
  state init(const target&, const tensor&) const { return {}; }
  jem::transition_info<tensor> step(const target&, state&, jem::rng&) const { return {}; }
};

static_assert(jem::kernel<jem::sgld<>, target, tensor>);
static_assert(jem::kernel<jem::mala, target, tensor>);
static_assert(jem::kernel<jem::hmc, target, tensor>);
static_assert(!jem::kernel<without_step, target, tensor>);
static_assert(!jem::kernel<without_position, target, tensor>);
static_assert(!jem::kernel<jem::hmc, int, tensor>);
static_assert(!jem::kernel<jem::hmc, jem::gaussian<jem::tensor<double, jem::reference>>, tensor>);
static_assert(!jem::kernel<int, target, tensor>);

static_assert(std::same_as<jem::state_of<jem::sgld<>, target, tensor>, jem::unadjusted_state<tensor>>);
static_assert(std::same_as<jem::state_of<jem::mala, target, tensor>, jem::point<tensor>>);
static_assert(jem::chain_state<jem::point<tensor>, tensor> && jem::chain_state<jem::unadjusted_state<tensor>, tensor>);
static_assert(!jem::chain_state<tensor, tensor> && !jem::chain_state<jem::unadjusted_state<tensor>, jem::tensor<double, jem::reference>>);

static_assert(jem::proposal<jem::langevin, target, tensor> && jem::proposal<jem::hamiltonian<>, target, tensor>);
static_assert(!jem::proposal<jem::sgld<>, target, tensor>);

static_assert(jem::step_observer<jem::no_observer, jem::unadjusted_state<tensor>, tensor>);
static_assert(!jem::step_observer<int, jem::unadjusted_state<tensor>, tensor>);

}  // namespace

TEST_CASE("a copy of a state does not change when the chain moves on") {
  const target energy(tensor({1}, {0}), tensor({1}, {1}));
  const jem::mala kernel{{.step_size = 0.1f}};
  jem::rng g{1};
  auto state        = kernel.init(energy, tensor({3, 1}, {1, 2, 3}));
  const auto before = state;
  kernel.step(energy, state, g);
  CHECK(before.position.to_vector() == std::vector<float>{1, 2, 3});
  CHECK(before.energy.to_vector() == std::vector<float>{0.5f, 2, 4.5f});
  CHECK(before.gradient.to_vector() == std::vector<float>{1, 2, 3});
  CHECK(state.position.to_vector() != before.position.to_vector());
}

TEST_CASE("an unadjusted state starts at step 0, and an info without acceptance has empty tensors") {
  CHECK(jem::unadjusted_state<tensor>{}.step == 0);
  const jem::transition_info<tensor> info;
  CHECK(info.acceptance_probability.size() == 0);
  CHECK(info.energy_error.size() == 0);
  jem::no_observer{}(1, info, "anything");
}
