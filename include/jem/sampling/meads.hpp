// SPDX-License-Identifier: MIT
// The numbers of persistent_hamiltonian from a batch of chains, each step of which costs one gradient: MEADS of Hoffman and Sountsov,
// "Tuning- free generalized Hamiltonian Monte Carlo" (2022, PMLR 151:7799–7813). The largest eigenvalue of a second moment is estimated by
//
//     λ(X) = [Σ_{i≠j} (xᵢ·xⱼ)² / n(n − 1)] / [Σᵢ ‖xᵢ‖² / n]
//
// Chains are in four folds, which are drawn anew every four iterations; at iteration k fold k mod 4 stands still. With the standard
// deviations σ and the gradients g of the next fold, and the positions x of its own, a fold moves with
//
//     ε = min(1, ½/√λ(gσ)),   γ = max(1/√λ((x − mean)/σ), 1/((k + 1)·ε)),   α = 1 − e^(−2εγ)
//
// What is kept are the numbers of the last iteration for all chains together, with σ from the last fifth of the iterations. They stay as
// they are, so that the kernel leaves its target invariant.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/column_moments.hpp>
#include <jem/sampling/finite_start.hpp>
#include <jem/sampling/persistent_hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/warm_up.hpp>
#include <jem/tensor/matmul.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace jem::inline v0 {

/// warm_up(meads{}, energy, start, steps, rng)
struct meads {
  positive<"meads", "caution"> caution = 0.5f;  ///< step sizes are this many times 1/√λ: smaller ones accept more
};

/// λ of rows (n, d): between the mean and the largest eigenvalue of Σ xxᵀ/n, weighted towards the largest. 0 if all rows are 0; n ≥ 2.
template <tensor_value T>
double heavy_eigenvalue(T rows) {
  const auto n      = static_cast<double>(rows.extent(0));
  const double size = std::sqrt(squared_norm(rows) / static_cast<double>(rows.size()));
  if (!(size > 0 && std::isfinite(size))) return size;
  scale(rows, static_cast<typename T::value_type>(1 / size));  // fourth powers must not overflow
  const bool wide     = rows.extent(1) > rows.extent(0);
  const auto products = wide ? matmul(rows, rows, transpose::no, transpose::yes) : matmul(rows, rows, transpose::yes);
  const T squares     = row_dots(rows, rows);
  return size * size * (squared_norm(products) - squared_norm(squares)) / (n * (n - 1)) / (sum(squares) / n);
}

namespace detail {

/// x, or 0 if it is not finite
struct finite_or_zero {
  template <class V>
  constexpr V operator()(V x) const {
    return x - x == V(0) ? x : V(0);
  }
};

/// ε, γ and σ of some chains.
template <tensor_value T>
struct meads_numbers {
  double step_size, damping;
  std::vector<double> deviations;  // (d)

  persistent_hamiltonian<diagonal_metric<T>> kernel() const {
    const std::vector<typename T::value_type> scale(deviations.begin(), deviations.end());
    return {static_cast<float>(step_size), static_cast<float>(-std::expm1(-2 * step_size * damping)), {T({std::ssize(scale)}, scale)}};
  }
};

/// The standard deviations (d) from variances; 1 where there is none.
inline std::vector<double> deviations_of(std::vector<double> variance) {
  for (double& s : variance) s = s > 0 && std::isfinite(s) ? std::sqrt(s) : 1;
  return variance;
}

/// The numbers at iteration k for chains at x (n, …), with deviations σ (d), from gradients (m, …).
template <tensor_value T>
meads_numbers<T> meads_from(const meads& settings, const T& x, std::vector<double> deviations, const T& gradients, index_t k) {
  using V           = typename T::value_type;
  const index_t d   = std::ssize(deviations);
  const auto upload = [d](const std::vector<double>& v) { return T({d}, std::vector<V>(v.begin(), v.end())); };
  const T scale     = upload(deviations);  // (d)
  column_moments<T> own;
  own.add(x);
  const double steep = heavy_eigenvalue(map(whitened(as_matrix(gradients), zeros<T>({d}), scale), finite_or_zero{}));
  const double wide  = heavy_eigenvalue(whitened(as_matrix(x), upload(own.mean()), map(scale, op::divide_by_it<V>{1})));
  const double step  = steep > 0 ? std::clamp(settings.caution / std::sqrt(steep), 1e-20, 1.0) : 1;
  const double slow  = wide > 0 && std::isfinite(wide) ? 1 / std::sqrt(wide) : 1;
  return {step, (std::max)(slow, 1 / (static_cast<double>(k + 1) * step)), std::move(deviations)};
}

/// The rows of each of four folds in a random order of n chains.
template <tensor_value T>
std::array<labels<T>, 4> draw_folds(index_t n, rng& g) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
  const auto stream = g.next();
  for (index_t i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(index_below(stream, i, i + 1))]);
  std::array<labels<T>, 4> folds;
  for (index_t f = 0; f < 4; ++f) {
    const auto begin = order.begin() + f * n / 4, end = order.begin() + (f + 1) * n / 4;
    folds[static_cast<std::size_t>(f)] = labels<T>({end - begin}, std::vector<std::int32_t>(begin, end));
  }
  return folds;
}

/// The kernels of four folds, from where the chains are now.
template <tensor_value T>
std::array<persistent_hamiltonian<diagonal_metric<T>>, 4> kernels_of_folds(const meads& settings, const persistent_state<T>& state,
                                                                           const std::array<labels<T>, 4>& folds, index_t k) {
  std::array<persistent_hamiltonian<diagonal_metric<T>>, 4> kernels;
  for (std::size_t f = 0; f < 4; ++f) {
    const auto& next = folds[(f + 1) % 4];
    column_moments<T> there;
    there.add(gather_rows(state.position, next));
    kernels[f] =
        meads_from(settings, gather_rows(state.position, folds[f]), deviations_of(there.variance()), gather_rows(state.gradient, next), k)
            .kernel();
  }
  return kernels;
}

/// One step of the chains in `rows`.
template <class K, class E, tensor_value T>
transition_info<T> step_rows(const K& kernel, const E& e, persistent_state<T>& state, const labels<T>& rows, rng& g) {
  persistent_state<T> part{gather_rows(state.position, rows), gather_rows(state.energy, rows), gather_rows(state.gradient, rows),
                           gather_rows(state.momentum, rows), gather_rows(state.decider, rows)};
  auto info = kernel.step(e, part, g);
  scatter_rows(state.position, rows, part.position);
  scatter_rows(state.energy, rows, part.energy);
  scatter_rows(state.gradient, rows, part.gradient);
  scatter_rows(state.momentum, rows, part.momentum);
  scatter_rows(state.decider, rows, part.decider);
  return info;
}

}  // namespace detail

/// Moves at least 16 chains from `start` (n, …) by `steps` transitions, and tunes a kernel of one gradient a step. The first quarter of the
/// transitions are those of mala, since MEADS takes tiny steps while chains are far from where they belong. Then three of four chains move
/// at a time. Throws std::invalid_argument as warm_up of hmc does, and for fewer than 16 chains or 40 steps.
template <class E, tensor_value T>
  requires differentiable_energy<E, T>
auto warm_up(const meads& settings, const E& e, const T& start, index_t steps, rng& g) {
  using tuned = persistent_hamiltonian<diagonal_metric<T>>;
  expect_at_least("warm_up", "steps for meads", 40, steps);
  expect_at_least("warm_up", "chains for meads", 16, start.extent(0));
  const index_t first = (std::max)(steps / 4, index_t{20}), last = steps - steps / 10, n = start.extent(0);
  auto [begun, position, report] = detail::warm(hamiltonian<>{.steps = 1}, e, start, first, true, g, {.acceptance = 0.574f});
  const auto& still              = detail::prepared(e, start);
  auto state                     = persistent_hamiltonian<>{}.init(still, position);
  state.momentum                 = normal<T>(start.extents(), g);
  state.decider                  = uniform<T>({n}, -1, 1, g);
  index_t counted                = 0;
  report.gradients += n;
  std::array<labels<T>, 4> folds;
  column_moments<T> pooled;
  for (index_t k = 0; first + k < steps; ++k) {
    if (k % 4 == 0) folds = detail::draw_folds<T>(n, g);
    if (first + k == last) report.late_divergences = 0, report.acceptance = 0, counted = 0;
    const auto kernels = detail::kernels_of_folds(settings, state, folds, k);
    for (std::size_t f = 0; f < 4; ++f) {
      if (static_cast<index_t>(f) == k % 4) continue;
      const auto info = detail::step_rows(kernels[f], still, state, folds[f], g);
      detail::count_transitions(report, info, ++counted);
      report.gradients += folds[f].size();
    }
    if (first + k >= steps - steps / 5) pooled.add(state.position);
  }
  const auto found = detail::meads_from(settings, state.position, detail::deviations_of(pooled.variance()), state.gradient, steps - first);
  report.step_size = found.step_size, report.length = 1 / found.damping, report.metric = found.deviations;
  report.iterations = steps;
  report.notes      = {"One leapfrog step at a time: the trajectory length is that after which momenta are forgotten."};
  return warmed_up<tuned, T>{found.kernel(), std::move(state.position), std::move(report)};
}

}  // namespace jem::inline v0
