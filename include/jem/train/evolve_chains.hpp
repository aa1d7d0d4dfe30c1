// SPDX-License-Identifier: MIT
// The chains of a training step, and the pairs of points around their last step for a loss that reads them.
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/matching/last_step.hpp>
#include <jem/sampling/sample.hpp>

#include <utility>

namespace jem::inline v0::detail {

/// Throws std::invalid_argument if the trainer's loss reads last steps that it cannot have.
template <class Trainer>
void check_last_step(const Trainer& t) {
  const phase_set reads = t.loss.reads();
  if (!reads.last_steps) return;
  if (!reads.samples && !reads.conditional) fail("trainer", "a loss that reads samples beside their last steps", "one that reads none");
  if (t.steps < 1) fail("trainer", "steps >= 1 for a loss that reads last steps", "0");
  if (!gradient_step<decltype(t.sampler)>) fail("trainer", "a sampler such as sgld for a loss that reads last steps", "another");
}

/// The positions after the trainer's steps from `start` (n, …); y (n) are the labels in the energy, or empty. The last step is made by
/// itself if the loss reads it.
template <class Trainer, class Energy, tensor_value T>
T evolved_chains(const Trainer& t, const Energy& energy, const T& start, const labels<T>& y, rng& g, phases<T>& images) {
  if constexpr (gradient_step<decltype(t.sampler)>) {
    if (t.loss.reads().last_steps) {
      const T before       = evolve(t.sampler, energy, start, t.steps - 1, g);
      auto last            = differentiable_step(t.sampler, energy, before, t.steps - 1, g, t.last_step);
      images.last_steps    = std::move(last.pairs.x);
      images.last_steps_by = last.pairs.by;
      if (y.size() > 0) images.last_steps_y = concatenate(y, y);
      return std::move(last.position);
    }
  }
  return evolve(t.sampler, energy, start, t.steps, g);
}

}  // namespace jem::inline v0::detail
