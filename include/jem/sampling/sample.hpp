// SPDX-License-Identifier: MIT
// Functions that run a kernel: `sample` returns all draws, `evolve` only the last positions. Each starts at positions, from which the
// kernel makes a state. Its count of steps is 0, so a decaying schedule starts again in every run. To continue a run, keep the state:
//
//     auto state = kernel.init(energy, start);
//     jem::advance<tensor>(kernel, energy, state, 200, rng);              // moves the state
//     const auto draws = jem::sample(kernel, energy, state, 300, rng);    // goes on from there, and leaves the state at its end
//
//     const auto few   = jem::sample(kernel, energy, start, {.draws = 1'000, .burn_in = 200, .thin = 5}, rng);    // see kept_draws.hpp
//
// A run of m + n steps of a state gives the same bits as a run of m and then one of n steps with the same generator.
//
// If a run starts at positions, kernel and energy are row-wise, and there is no observer, a backend with caches works on tiles of chains:
// each thread carries one tile after the other through all steps. Random numbers belong to the rows of the batch, so tiles change no
// result, except for the last bits of a network's sums. Tiles depend on the shape alone, not on the number of threads.
#pragma once

#include <jem/sampling/kept_draws.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/loops.hpp>

#include <algorithm>
#include <bit>
#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// The type of a state's positions.
template <class S>
using position_of = std::remove_cvref_t<decltype(std::declval<S&>().position)>;

/// Whether a kernel evaluates gradients, which its member `needs_gradient` says. The compiler's message then names differentiable_energy.
template <class K>
inline constexpr bool needs_gradient = requires { requires K::needs_gradient; };

/// An energy that meets every requirement, to be checked in place of E where E need not have a gradient.
struct unasked {
  template <tensor_value T>
  T value(const T&) const;
  template <tensor_value T>
  T value_and_grad(const T&, T&) const;
};

/// The requirements of K on E. They are not written with ||, since compilers do not say why both alternatives fail.
template <class E, class K, class T>
concept energy_for = differentiable_energy<std::conditional_t<needs_gradient<K>, E, unasked>, T> && energy<E, T>;

/// The energy prepared for a run, or the energy itself if it cannot be prepared.
template <class T, class E>
decltype(auto) prepared(const E& e, const T& x) {
  if constexpr (preparable_energy<E, T>) {
    return e.prepared(x);
  } else {
    return (e);
  }
}

/// The same for a run of a state that the kernel has made for e. It is the energy itself if the kernel's state for the prepared energy
/// would have another type.
template <class K, class S, class T, class E>
decltype(auto) prepared_for_state(const E& e, const S& state) {
  if constexpr (preparable_energy<E, T>) {
    if constexpr (requires { requires std::same_as<state_of<K, decltype(e.prepared(state.position)), T>, S>; }) {
      return e.prepared(state.position);
    } else {
      return (e);
    }
  } else {
    return (e);
  }
}

template <class K, class E, class T, class O>
inline constexpr bool in_tiles =
    row_wise<K> && row_wise<E> && runs_tiles<typename T::backend_type> && std::same_as<std::remove_cvref_t<O>, no_observer>;

/// The number of rows in a tile: as many as the energy says. If it does not say, they are few enough to stay in the first-level cache, and
/// enough to be worth the calls.
template <class E>
index_t tile_rows(const E& e, const shape& extents) {
  if constexpr (says_rows<E>) {
    return e.rows_at_once() > 0 ? e.rows_at_once() : extents[0];
  } else {
    constexpr index_t elements = 4096;
    return static_cast<index_t>(std::bit_floor(static_cast<std::size_t>(elements / std::clamp<index_t>(extents.row_size(), 1, elements))));
  }
}

/// All steps of each tile of the chains; keep(i, first row, position) is called with a tile's positions after step i.
template <tensor_value T, class E, class K, class F>
void advance_tiles(const K& k, const E& e, const T& start, index_t steps, rng& g, F keep) {
  rng after = g;
  T::backend_type::for_each_tile(start.extent(0), tile_rows(e, start.extents()), [&](index_t first, index_t count) {
    rng own = g;
    own.row += first;
    auto state = k.init(e, T(start.rows(first, count)));
    for (index_t i = 0; i < steps; ++i) {
      k.step(e, state, own);
      keep(i, first, std::as_const(state.position));
    }
    if (first == 0) after.counter = own.counter;
  });
  g = after;
}

/// `steps` steps of a state in place, with an energy that is already prepared if it can be.
template <tensor_value T, class E, class S, class K, class O>
void advance_state(const K& k, const E& e, S& state, index_t steps, rng& g, O&& observe) {
  for (index_t i = 0; i < steps; ++i) {
    const transition_info<T> info = k.step(e, state, g);
    observe(i, static_cast<const S&>(state), info);
  }
}

/// An observer that writes the positions that are kept into draws (k, n, …), and then calls another observer.
template <class T, class O>
auto keep_in(T& draws, const kept_draws& kept, O& observe) {
  return [&draws, &kept, &observe](index_t i, const auto& now, const transition_info<T>& info) {
    const index_t size = now.position.size(), draw = kept.kept_after(i);
    if (draw >= 0) {
      copy_into(view<typename T::value_type, typename T::backend_type>(draws.data() + draw * size, now.position.extents()), now.position);
    }
    observe(i, now, info);
  };
}

}  // namespace detail

/// `steps` further steps of a state in place. The energy is prepared once. Throws std::invalid_argument for steps < 0.
template <tensor_value T, energy<T> E, class S, class K, step_observer<S, T> O = no_observer>
void advance(const K& k, const E& e, S& state, index_t steps, rng& g, O&& observe = {}) {
  expect_at_least("advance", "steps", 0, steps);
  const auto& still = detail::prepared_for_state<K, S, T>(e, state);
  detail::advance_state<T>(k, still, state, steps, g, observe);
}

/// The positions after `steps` steps from `start` (n, …) → (n, …); schedules start at step 0. The observer is called with (number, state,
/// info) after each step. Throws std::invalid_argument for steps < 0.
template <class K, class E, tensor_value T, class O = no_observer>
  requires detail::energy_for<E, K, T>
T evolve(const K& k, const E& e, const T& start, index_t steps, rng& g, O&& observe = {})
  requires kernel<K, E, T> && step_observer<O, state_of<K, E, T>, T>
{
  expect_at_least("evolve", "steps", 0, steps);
  const auto& still = detail::prepared(e, start);
  if constexpr (detail::in_tiles<K, decltype(still), T, O>) {
    if (steps > 0 && start.extent(0) > detail::tile_rows(still, start.extents())) {
      T end(start.extents());
      detail::advance_tiles(k, still, start, steps, g, [&](index_t i, index_t first, const T& position) {
        if (i == steps - 1) copy_into(end.rows(first, position.extent(0)), position);
      });
      return end;
    }
  }
  auto state = k.init(still, start);
  detail::advance_state<T>(k, still, state, steps, g, observe);
  return std::move(state.position);
}

/// The positions that are kept of a run from `start` (n, …) → (draws, n, …). Schedules start at step 0; the observer is called after every
/// step.
template <class K, class E, tensor_value T, class O = no_observer>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, const T& start, const kept_draws& kept, rng& g, O&& observe = {})
  requires kernel<K, E, T> && step_observer<O, state_of<K, E, T>, T>
{
  const index_t steps = kept.steps();
  T all(start.extents().under(kept.draws));
  const auto& still = detail::prepared(e, start);
  const auto place  = [&](index_t draw, index_t first, index_t rows) {
    return view<typename T::value_type, typename T::backend_type>(all.data() + draw * start.size(), start.extents()).rows(first, rows);
  };
  if constexpr (detail::in_tiles<K, decltype(still), T, O>) {
    if (start.extent(0) > detail::tile_rows(still, start.extents())) {
      detail::advance_tiles(k, still, start, steps, g, [&](index_t i, index_t first, const T& position) {
        const index_t draw = kept.kept_after(i);
        if (draw >= 0) copy_into(place(draw, first, position.extent(0)), position);
      });
      return all;
    }
  }
  auto state = k.init(still, start);
  detail::advance_state<T>(k, still, state, steps, g, detail::keep_in(all, kept, observe));
  return all;
}

/// The positions that are kept of further steps of a state, (draws, n, …). The state is then that after the last step.
template <class K, class E, class S, class O = no_observer, tensor_value T = detail::position_of<S>>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, S& state, const kept_draws& kept, rng& g, O&& observe = {})
  requires kernel<K, E, T> && chain_state<S, T> && step_observer<O, S, T>
{
  T all(state.position.extents().under(kept.draws));
  advance<T>(k, e, state, kept.steps(), g, detail::keep_in(all, kept, observe));
  return all;
}

/// All positions: `draws` steps from `start` (n, …) → (draws, n, …); the start is not among them. Schedules start at step 0.
/// Throws std::invalid_argument for fewer than 0 draws.
template <class K, class E, tensor_value T, class O = no_observer>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, const T& start, index_t draws, rng& g, O&& observe = {})
  requires kernel<K, E, T> && step_observer<O, state_of<K, E, T>, T>
{
  expect_at_least("sample", "draws", 0, draws);
  return sample(k, e, start, kept_draws{draws}, g, observe);
}

/// All positions of `draws` further steps of a state, (draws, n, …). The state is then that after the last step.
/// Throws std::invalid_argument for fewer than 0 draws.
template <class K, class E, class S, class O = no_observer, tensor_value T = detail::position_of<S>>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, S& state, index_t draws, rng& g, O&& observe = {})
  requires kernel<K, E, T> && chain_state<S, T> && step_observer<O, S, T>
{
  expect_at_least("sample", "draws", 0, draws);
  return sample(k, e, state, kept_draws{draws}, g, observe);
}

}  // namespace jem::inline v0
