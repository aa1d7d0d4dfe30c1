// SPDX-License-Identifier: MIT
// Running a kernel: `sample` returns all draws, `evolve` the last positions only. Both resume: a run of m + n steps is a run of
// m steps and then n from where it stopped, with the same generator.
#pragma once

#include <jem/sampling/kernel.hpp>

namespace jem::inline v0 {

namespace detail {

/// Kernels that evaluate gradients say so by a member alias; the compiler's message then names differentiable_energy.
template <class K>
inline constexpr bool needs_gradient = requires { requires K::needs_gradient; };

/// An energy whose weights stand still for a whole run may offer a prepared value of itself: made once, used k times.
template <class T, class E>
decltype(auto) prepared(const E& e, const T& x) {
  if constexpr (requires {
                  { e.prepared(x) } -> differentiable_energy<T>;
                }) {
    return e.prepared(x);
  } else {
    return (e);
  }
}

}  // namespace detail

/// k steps of a state in place.
template <tensor_value T, energy<T> E, class S, class K, class O = no_observer>
void advance(const K& k, const E& e, S& state, index_t steps, rng& g, O&& observe = {}) {
  expect_at_least("advance", "steps", 0, steps);
  for (index_t i = 0; i < steps; ++i) {
    const transition_info<T> info = k.step(e, state, g);
    observe(i, static_cast<const S&>(state), info);
  }
}

/// The positions after k steps from `start` (n, …) → (n, …). The observer sees (number, state, info) after each step.
/// Throws std::invalid_argument for k < 0.
template <class K, class E, tensor_value T, class O = no_observer>
  requires(differentiable_energy<E, T> || (energy<E, T> && !detail::needs_gradient<K>))
T evolve(const K& k, const E& e, const T& start, index_t steps, rng& g, O&& observe = {})
  requires kernel<K, E, T>
{
  expect_at_least("evolve", "steps", 0, steps);
  const auto& still = detail::prepared(e, start);
  auto state        = k.init(still, start);
  advance<T>(k, still, state, steps, g, observe);
  return std::move(state.position);
}

/// All positions: `draws` steps from `start` (n, …) → (draws, n, …); the start is not among them.
template <class K, class E, tensor_value T, class O = no_observer>
  requires(differentiable_energy<E, T> || (energy<E, T> && !detail::needs_gradient<K>))
T sample(const K& k, const E& e, const T& start, index_t draws, rng& g, O&& observe = {})
  requires kernel<K, E, T>
{
  expect_at_least("sample", "draws", 0, draws);
  T all(start.extents().under(draws));
  const auto& still = detail::prepared(e, start);
  auto state        = k.init(still, start);
  advance<T>(k, still, state, draws, g, [&](index_t i, const auto& now, const transition_info<T>& info) {
    copy_into(view<typename T::value_type, typename T::backend_type>(all.data() + i * start.size(), start.extents()), now.position);
    observe(i, now, info);
  });
  return all;
}

}  // namespace jem::inline v0
