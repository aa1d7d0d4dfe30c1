// SPDX-License-Identifier: MIT
// The conformance suite, part eleven: five iterations of `trainer` on digits (labelled and unlabelled batches, the replay buffer with its
// restarts, SGLD with noise, the losses of a JEM of p(x), Adam) by a backend and by reference, from the same generator.
#pragma once

#include <jem/conformance/gradients.hpp>
#include <jem/conformance/operations.hpp>
#include <jem/data/digits.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

namespace jem::inline v0::conformance {

/// The results of a run.
struct trajectory {
  std::vector<double> losses;          ///< one for each iteration
  std::vector<double> gradient_norms;  ///< one for each iteration
  std::vector<double> parameters;      ///< after the last iteration
  std::vector<double> chains;          ///< after the last iteration
};

/// The run: 100 digits, batches of 16, five steps of the sampler in each iteration.
template <class T>
trajectory train_on_digits(std::uint64_t seed, int iterations = 5) {
  const trainer trainer{.loss      = cross_entropy{} + contrastive_divergence{} + 0.01f * energy_penalty{},
                        .sampler   = sgld{.step_size = constant{1.0f}, .noise = fixed_noise{0.01f}},
                        .optimiser = adam{.learning_rate = linear_warm_up{1e-3f, 2}},
                        .batch     = 16,
                        .steps     = 5,
                        .buffer    = {.capacity = 40}};
  const auto set = data::digits_train<T>().rows(0, 100);
  rng g{seed};
  auto state = trainer.init(convnet<T>({.height = 8, .width = 8, .widths = {4, 6}}, g), set, g);
  trajectory run;
  for (int k = 0; k < iterations; ++k) {
    const auto info = trainer.step(state);
    run.losses.push_back(static_cast<double>(info.loss));
    run.gradient_norms.push_back(info.gradient_norm);
  }
  run.parameters = parameter_values(state.net);
  run.chains     = values_of(state.buffer.positions());
  return run;
}

/// How far a run may be from reference's.
/// In double: sums in another order differ by units of 1e-16, and five iterations do not increase this much (differences are about 2e-16).
/// Losses may differ by one unit in the last place that 2.4 has in float, 2.4e-7, although those of doubles differ by far less.
/// In float: a unit is 6e-8 in a chain near 1 and 2.4e-7 in a loss. Adam divides each gradient by its own size, so the error of a parameter
/// is the relative error of its gradient times the learning rate, 1e-3. Small gradients have the largest relative errors; 1e-4 is allowed.
struct trajectory_tolerance {
  double losses, gradient_norms, parameters, chains;  ///< absolute
};

/// For runs in V.
template <scalar V>
inline constexpr trajectory_tolerance tolerance_of_a_run =
    std::is_same_v<V, double> ? trajectory_tolerance{2.5e-7, 1e-14, 1e-14, 2e-14} : trajectory_tolerance{5e-6, 5e-7, 5e-7, 1e-6};

/// A device may round normals differently from reference. Then the noise of a run, whose standard deviation is at most 0.03, differs, too.
template <class B, class V>
evidence a_training_run_agrees_with_reference() {
  using T                = tensor<V, B>;
  using R                = tensor<V, reference>;
  constexpr auto allowed = tolerance_of_a_run<V>;
  const trajectory mine = train_on_digits<T>(91), expected = train_on_digits<R>(91);
  rng g{93}, again                                         = g;
  const double noise = largest_difference(normal<T>({4096}, g).to_vector(), normal<R>({4096}, again).to_vector());
  evidence e         = on_fresh_memory<B>();
  const auto hold    = [&](const char* what, double error, double tolerance) {
    e.hold(error, tolerance, unit::absolute, [what] { return std::string(what); });
  };
  hold("normals", noise, normals_tolerance);
  hold("losses", largest_difference(mine.losses, expected.losses), allowed.losses + noise);
  hold("gradient norms", largest_difference(mine.gradient_norms, expected.gradient_norms), allowed.gradient_norms + noise);
  hold("parameters", largest_difference(mine.parameters, expected.parameters), allowed.parameters + noise);
  hold("chains", largest_difference(mine.chains, expected.chains), allowed.chains + noise);
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_training{
    check{"a training run agrees with reference in float", a_training_run_agrees_with_reference<B, float>},
    check{"a training run agrees with reference in double", a_training_run_agrees_with_reference<B, double>}};

}  // namespace jem::inline v0::conformance
