// SPDX-License-Identifier: MIT
// A step size to start from: it is doubled or halved until the mean acceptance of one leapfrog step crosses ½. Hoffman and Gelman, "The
// no-U-turn sampler" (2014, arXiv:1111.4246), algorithm 4, here for all chains of a batch together and with the same momenta each time.
#pragma once

#include <jem/sampling/hamiltonian.hpp>

#include <cmath>
#include <utility>

namespace jem::inline v0 {

/// The step size near `guess`, and how often the batch's gradient was evaluated. At most 100 evaluations: on a flat energy every step is
/// accepted. It uses up one stream, and does not move the chains.
template <class Proposal, tensor_value T, differentiable_energy<T> E>
std::pair<float, index_t> first_step_size(Proposal proposal, const E& e, const point<T>& state, float guess, rng& g) {
  const rng own     = g.split();
  const auto passes = [&](float step_size) {
    rng same           = own;
    proposal.step_size = step_size;
    T momentum         = normal<T>(state.position.extents(), same);  // (n, …)
    point<T> to;
    const T correction = proposal.follow(e, state, to, momentum, 1);  // (n)
    return mean(map(to.energy - state.energy - correction, detail::acceptance_probability{})) > 0.5;
  };
  const bool grow = passes(guess);
  index_t count   = 1;
  for (float next = guess; count < 100; ++count, guess = next) {
    next = grow ? 2 * guess : guess / 2;
    if (!(next > 1e-30f && next < 1e30f)) return {guess, count};
    if (passes(next) != grow) return {grow ? guess : next, count + 1};
  }
  return {guess, count};
}

}  // namespace jem::inline v0
