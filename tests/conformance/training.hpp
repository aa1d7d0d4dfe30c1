// SPDX-License-Identifier: MIT
// The conformance suite, part seven: five iterations of `trainer` on digits (all batches, the replay buffer with its restarts,
// SGLD with noise, every loss but that of p(x|y), Adam) by a backend and by reference, from the same generator.
#pragma once

#include "../support/gradients.hpp"

#include <jem/backend/reference.hpp>
#include <jem/data/digits.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/loop.hpp>

#include <doctest/doctest.h>

namespace conformance {

/// What a run tells and leaves behind.
struct trajectory {
  std::vector<double> losses, gradient_norms, parameters, chains;
};

template <class T>
trajectory train_on_digits(std::uint64_t seed, int iterations = 5) {
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{},
                             .sampler   = jem::sgld{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}},
                             .optimiser = jem::adam{.learning_rate = jem::warm_up{1e-3f, 2}},
                             .batch     = 16,
                             .steps     = 5,
                             .buffer    = {.capacity = 40}};
  const auto set = jem::data::digits_train<T>().rows(0, 100);
  jem::rng g{seed};
  auto state = trainer.init(jem::convnet<T>({.height = 8, .width = 8, .widths = {4, 6}}, g), set, g);
  trajectory run;
  for (int k = 0; k < iterations; ++k) {
    const auto info = trainer.step(state);
    run.losses.push_back(static_cast<double>(info.loss));
    run.gradient_norms.push_back(info.gradient_norm);
  }
  run.parameters = test::parameter_values(state.net);
  run.chains     = test::as<double>(state.buffer.positions().to_vector());
  return run;
}

/// How far a run may be from reference's.
/// In double: sums in another order differ by units of 1e-16 and five iterations do not multiply them (2e-16 was seen). Losses
/// are told in float whatever the type, and may fall on two sides of a rounding: one unit in the last place of 2.4 is 2.4e-7.
/// In float: a unit is 6e-8 in a chain near 1 and 2.4e-7 in a loss. Adam divides each slope by its own size, so that a parameter
/// has the relative error of its slope times the rate, 1e-3: small slopes are the worst, and 1e-4 of each is allowed.
template <class V>
struct trajectory_tolerance;
template <>
struct trajectory_tolerance<double> {
  static constexpr double losses = 2.5e-7, gradient_norms = 1e-14, parameters = 1e-14, chains = 2e-14;
};
template <>
struct trajectory_tolerance<float> {
  static constexpr double losses = 5e-6, gradient_norms = 5e-7, parameters = 5e-7, chains = 1e-6;
};

template <class B, class V>
void a_training_run_agrees_with_reference() {
  using T               = jem::tensor<V, B>;
  using reference       = jem::tensor<V, jem::reference>;
  using allowed         = trajectory_tolerance<V>;
  const trajectory mine = train_on_digits<T>(91), expected = train_on_digits<reference>(91);

  // A device's normals may be rounded otherwise than reference's; a run's noise, of deviation 0.03 at most, differs with them.
  jem::rng g{93}, again = g;
  const double noise = test::largest_difference(jem::normal<T>({4096}, g).to_vector(), jem::normal<reference>({4096}, again).to_vector());
  CHECK(noise < 2e-5);
  CHECK(test::largest_difference(mine.losses, expected.losses) <= allowed::losses + noise);
  CHECK(test::largest_difference(mine.gradient_norms, expected.gradient_norms) <= allowed::gradient_norms + noise);
  CHECK(test::largest_difference(mine.parameters, expected.parameters) <= allowed::parameters + noise);
  CHECK(test::largest_difference(mine.chains, expected.chains) <= allowed::chains + noise);
}

/// What the comparison can see: weights and chains move by a thousand tolerances, and another seed goes elsewhere.
template <class V>
void training_runs_that_differ_are_told_apart() {
  using T        = jem::tensor<V, jem::reference>;
  using allowed  = trajectory_tolerance<V>;
  const auto run = train_on_digits<T>(91), start = train_on_digits<T>(91, 0), other = train_on_digits<T>(92);
  CHECK(test::largest_difference(run.parameters, start.parameters) > 1000 * allowed::parameters);
  CHECK(test::largest_difference(run.chains, start.chains) > 1000 * allowed::chains);
  CHECK(test::largest_difference(run.losses, other.losses) > 1000 * allowed::losses);
}

}  // namespace conformance
