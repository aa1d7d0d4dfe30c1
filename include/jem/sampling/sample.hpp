// SPDX-License-Identifier: MIT
// Running a kernel: `sample` returns all draws, `evolve` the last positions only. Each starts at positions, of which the kernel makes a
// state: its count of steps is 0, so a decaying schedule starts anew in every run. To go on where a run stopped, keep the state:
//
//     auto state = kernel.init(energy, start);
//     jem::advance<tensor>(kernel, energy, state, 200, rng);              // moves the state
//     const auto draws = jem::sample(kernel, energy, state, 300, rng);    // goes on from there, and leaves the state at its end
//
// A run of m + n steps of a state is one of m and then one of n, bit by bit, with the same generator.
//
// Where kernel and energy work row by row and nobody watches, a backend with caches gets, from positions, tiles of chains that are carried
// through all steps, one after the other on each thread. Noise belongs to the rows of the batch, so tiles change nothing, but for
// the last bits of a network's sums: they are a rule in the shape, whatever the number of threads.
#pragma once

#include <jem/sampling/kernel.hpp>
#include <jem/tensor/loops.hpp>

#include <algorithm>
#include <bit>
#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// What positions a state has.
template <class S>
using position_of = std::remove_cvref_t<decltype(std::declval<S&>().position)>;

/// Kernels that evaluate gradients say so by a member alias; the compiler's message then names differentiable_energy.
template <class K>
inline constexpr bool needs_gradient = requires { requires K::needs_gradient; };

/// An energy of which nothing is asked.
struct unasked {
  template <tensor_value T>
  T value(const T&) const;
  template <tensor_value T>
  T value_and_grad(const T&, T&) const;
};

/// What E has to be for K, in words of which none is an alternative: a compiler would not say why both fail.
template <class E, class K, class T>
concept energy_for = differentiable_energy<std::conditional_t<needs_gradient<K>, E, unasked>, T> && energy<E, T>;

/// What an energy offers for a run, or the energy itself.
template <class T, class E>
decltype(auto) prepared(const E& e, const T& x) {
  if constexpr (preparable_energy<E, T>) {
    return e.prepared(x);
  } else {
    return (e);
  }
}

/// The same for a run of a state that the kernel has made of e: the energy itself if the kernel keeps other states of what e offers.
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

/// Rows in a tile: as many as the energy says, where it does; else few enough that what a kernel keeps of them stays in the first cache,
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

/// k steps of each tile of the chains; keep(i, first, position) sees its positions after step i.
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

/// k steps of a state in place, with an energy that is prepared or need not be.
template <tensor_value T, class E, class S, class K, class O>
void advance_state(const K& k, const E& e, S& state, index_t steps, rng& g, O&& observe) {
  for (index_t i = 0; i < steps; ++i) {
    const transition_info<T> info = k.step(e, state, g);
    observe(i, static_cast<const S&>(state), info);
  }
}

/// An observer that writes the positions of each step into draws (k, n, …), and then lets another one see them.
template <class T, class O>
auto keep_in(T& draws, O& observe) {
  return [&draws, &observe](index_t i, const auto& now, const transition_info<T>& info) {
    const index_t size = now.position.size();
    copy_into(view<typename T::value_type, typename T::backend_type>(draws.data() + i * size, now.position.extents()), now.position);
    observe(i, now, info);
  };
}

}  // namespace detail

/// k steps of a state in place: it goes on where it stands, and prepares the energy once. Throws std::invalid_argument for k < 0.
template <tensor_value T, energy<T> E, class S, class K, step_observer<S, T> O = no_observer>
void advance(const K& k, const E& e, S& state, index_t steps, rng& g, O&& observe = {}) {
  expect_at_least("advance", "steps", 0, steps);
  const auto& still = detail::prepared_for_state<K, S, T>(e, state);
  detail::advance_state<T>(k, still, state, steps, g, observe);
}

/// The positions after k steps from `start` (n, …) → (n, …); schedules start at step 0. The observer sees (number, state, info) after each
/// step. Throws std::invalid_argument for k < 0.
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

/// All positions: `draws` steps from `start` (n, …) → (draws, n, …); the start is not among them. Schedules start at step 0.
/// Throws std::invalid_argument for fewer than 0 draws.
template <class K, class E, tensor_value T, class O = no_observer>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, const T& start, index_t draws, rng& g, O&& observe = {})
  requires kernel<K, E, T> && step_observer<O, state_of<K, E, T>, T>
{
  expect_at_least("sample", "draws", 0, draws);
  T all(start.extents().under(draws));
  const auto& still = detail::prepared(e, start);
  const auto place  = [&](index_t draw, index_t first, index_t rows) {
    return view<typename T::value_type, typename T::backend_type>(all.data() + draw * start.size(), start.extents()).rows(first, rows);
  };
  if constexpr (detail::in_tiles<K, decltype(still), T, O>) {
    if (start.extent(0) > detail::tile_rows(still, start.extents())) {
      detail::advance_tiles(k, still, start, draws, g,
                            [&](index_t i, index_t first, const T& position) { copy_into(place(i, first, position.extent(0)), position); });
      return all;
    }
  }
  auto state = k.init(still, start);
  detail::advance_state<T>(k, still, state, draws, g, detail::keep_in(all, observe));
  return all;
}

/// All positions of a state that goes on where it stands, (draws, n, …), and leaves the state at the last of them.
/// Throws std::invalid_argument for fewer than 0 draws.
template <class K, class E, class S, class O = no_observer, tensor_value T = detail::position_of<S>>
  requires detail::energy_for<E, K, T>
T sample(const K& k, const E& e, S& state, index_t draws, rng& g, O&& observe = {})
  requires kernel<K, E, T> && chain_state<S, T> && step_observer<O, S, T>
{
  expect_at_least("sample", "draws", 0, draws);
  T all(state.position.extents().under(draws));
  advance<T>(k, e, state, draws, g, detail::keep_in(all, observe));
  return all;
}

}  // namespace jem::inline v0
