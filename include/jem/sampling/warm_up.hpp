// SPDX-License-Identifier: MIT
// Adaptation: from a kernel and a start to a tuned kernel, and to positions from which to sample.
//
//     const auto [kernel, warm, report] = jem::warm_up(jem::hmc{}, energy, start, 500, rng);
//     const auto draws = jem::sample(kernel, energy, warm, 1'000, rng);
//
// The kernel no longer changes, so that its draws are those of an ordinary kernel. warming.hpp says what is learned, and how.
#pragma once

#include <jem/sampling/finite_start.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/warming.hpp>

#include <utility>

namespace jem::inline v0 {

/// What warm_up returns.
template <class K, tensor_value T>
struct warmed_up {
  K kernel;                  ///< an ordinary kernel, which no longer changes
  T position;                ///< (n, …): where the chains are
  adaptation_report report;  ///< what was found and spent
};

namespace detail {

/// The scales (d) to start with: those of a given metric, else 1.
template <tensor_value T>
T first_scale(const unit_metric&, index_t d) {
  return full<T>({d}, 1);
}
template <tensor_value T>
T first_scale(const diagonal_metric<T>& metric, index_t d) {
  expect_shape("diagonal_metric", shape{d}, shape{metric.scale.size()});
  return metric.scale;
}

/// Runs a warm-up of a kernel with a given integrator, step size and metric.
template <class Trajectory, class Integrator, class Metric, tensor_value T, class E>
auto warm(const hamiltonian<Integrator, Metric, Trajectory>& first, const E& e, const T& start, index_t steps, bool one_step, rng& g,
          const adaptation& settings) {
  using tuned = metropolis<hamiltonian<Integrator, diagonal_metric<T>, Trajectory>>;
  expect_at_least("warm_up", "steps", 20, steps);
  const auto& still = prepared(e, start);
  auto state        = metropolis<hamiltonian<Integrator, Metric, Trajectory>>{first}.init(still, start);
  expect_finite_start("warm_up", state);
  const T scale = first_scale<T>(first.metric, start.extents().row_size());  // (d)
  warming<Integrator, T> run(settings, {first.step_size, 1, first.integrate, {scale}, {}}, one_step, start.extent(0));
  run.run(still, state, steps, std::same_as<Metric, unit_metric>, g);
  return warmed_up<tuned, T>{run.template kernel<Trajectory>(), std::move(state.position), run.report()};
}

}  // namespace detail

/// Moves chains from `start` (n, …) by `steps` transitions, and tunes Hamiltonian Monte Carlo for this energy: step size, a diagonal
/// metric, and a mean number of steps, around which the numbers of steps are random (`jittered_length`). The kernel's step size is the
/// first guess; if it has a diagonal metric, that is the first, too; its number of steps is not used. From one chain up; the length of
/// trajectories is adapted by ChEES from four chains up. The same seed gives the same bits for any number of threads. Throws
/// std::invalid_argument for fewer than 20 steps, for no chains, and, with the numbers of the chains, for starts where the energy or its
/// gradient is not finite. Later NaNs are rejected, and counted as divergences.
template <class Integrator, class Metric, class Trajectory, class E, tensor_value T>
  requires differentiable_energy<E, T>
auto warm_up(const metropolis<hamiltonian<Integrator, Metric, Trajectory>>& kernel, const E& e, const T& start, index_t steps, rng& g,
             const adaptation& settings = {}) {
  const auto& given = kernel.proposal;
  return detail::warm(hamiltonian<Integrator, Metric, jittered_length>{given.step_size, 1, given.integrate, given.metric, {}}, e, start,
                      steps, false, g, settings);
}

/// The same for the Langevin algorithm with Metropolis steps. It is Hamiltonian Monte Carlo with one step of size √(2ε) (Neal 2011,
/// arXiv:1206.1901, section 5.2), and comes back as that, with a diagonal metric.
template <class E, tensor_value T>
  requires differentiable_energy<E, T>
auto warm_up(const mala& kernel, const E& e, const T& start, index_t steps, rng& g, const adaptation& settings = {.acceptance = 0.574f}) {
  const float step_size = math::sqrt(2 * kernel.proposal.step_size);
  return detail::warm(hamiltonian<>{.step_size = step_size, .steps = 1}, e, start, steps, true, g, settings);
}

}  // namespace jem::inline v0
