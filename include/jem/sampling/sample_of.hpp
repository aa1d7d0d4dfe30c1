// SPDX-License-Identifier: MIT
// A function of the draws in place of the draws, for chains that are too wide to be kept:
//
//     const auto square = [](const tensor& x) { return jem::row_dots(x, x); };                                            // (n)
//     const auto squares = jem::sample_of(square, kernel, energy, start, {.draws = 1'000, .burn_in = 200, .thin = 5}, rng);  // (1000, n)
//
// The function is called with the positions of all chains after each step that is kept (kept_draws.hpp), by one thread. Its values are
// those for the draws of `sample`, to the last bit. Where `sample` works on tiles of chains (see sample.hpp), so does this, and all tiles
// meet at each draw that is kept.
#pragma once

#include <jem/sampling/sample.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace jem::inline v0 {

namespace detail {

template <class F, class T>
using value_of_draw = std::remove_cvref_t<std::invoke_result_t<const F&, const T&>>;

/// f of the draws, one after the other. Room is made when the first one tells the shape.
template <class F, tensor_value T>
class kept_values {
 public:
  using result = value_of_draw<F, T>;

  kept_values(const F& f, index_t draws) : f_(f), draws_(draws) {}

  void keep(const T& position) {
    const auto& value = std::invoke(f_, position);
    if (kept_ == 0) make_room(value.extents(), position.extent(0));
    expect_shape("sample_of", each_, value.extents());
    if (draws_ == 0) return;
    using room = view<typename result::value_type, typename result::backend_type>;
    copy_into(room(all_.data() + kept_++ * value.size(), each_), value);
  }

  /// (draws, n, …). If no draw is kept, f of the start tells the shape.
  result all(const T& start) && {
    if (draws_ == 0) keep(start);
    return std::move(all_);
  }

 private:
  void make_room(const shape& each, index_t chains) {
    if (each.rank() < 1 || each[0] != chains) fail("sample_of", concat("a row for each of ", chains, " chains"), to_string(each));
    each_ = each;
    all_  = result(each.under(draws_));
  }

  const F& f_;
  index_t draws_, kept_ = 0;
  shape each_;  // (n, …) of a value
  result all_{};
};

/// Tiles of chains that meet after a number of steps.
template <class K, class E, tensor_value T>
class meeting_tiles {
 public:
  meeting_tiles(const K& k, const E& e, const T& start, const rng& g)
      : k_(k), e_(e), position_(start), rows_(tile_rows(e, start.extents())) {
    const auto tiles = static_cast<std::size_t>((start.extent(0) + rows_ - 1) / rows_);
    states_.resize(tiles), own_.assign(tiles, g);
  }

  /// The positions after further steps.
  const T& advance(index_t steps) {
    T::backend_type::for_each_tile(position_.extent(0), rows_, [&](index_t first, index_t count) {
      const auto tile = static_cast<std::size_t>(first / rows_);
      auto& state     = states_[tile];
      if (!state) {
        state.emplace(k_.init(e_, T(position_.rows(first, count))));
        own_[tile].row += first;
      }
      for (index_t i = 0; i < steps; ++i) k_.step(e_, *state, own_[tile]);
      copy_into(position_.rows(first, count), state->position);
    });
    return position_;
  }

  std::uint64_t counter() const { return own_[0].counter; }  // of the generator: the same in all tiles

 private:
  const K& k_;
  const E& e_;
  T position_;  // (n, …)
  index_t rows_;
  std::vector<std::optional<state_of<K, E, T>>> states_;
  std::vector<rng> own_;
};

}  // namespace detail

/// A function of draws: of positions (n, …), a tensor (n, …) with a row for each chain.
template <class F, class T>
concept function_of_draws = std::invocable<const F&, const T&> && tensor_value<detail::value_of_draw<F, T>>;

/// f of the draws that are kept of a run from `start` (n, …), (draws, n, …) with the axes of f's values. The observer is called after every
/// step. Throws std::invalid_argument if f does not return a row for each chain, and for values of different shapes.
template <class F, class K, class E, tensor_value T, class O = no_observer>
  requires detail::energy_for<E, K, T>
auto sample_of(const F& f, const K& k, const E& e, const T& start, const kept_draws& kept, rng& g, O&& observe = {})
  requires kernel<K, E, T> && function_of_draws<F, T> && step_observer<O, state_of<K, E, T>, T>
{
  detail::kept_values<F, T> values(f, kept.draws);
  const auto& still   = detail::prepared(e, start);
  const index_t steps = kept.steps();
  if constexpr (detail::in_tiles<K, decltype(still), T, O>) {
    if (steps > 0 && start.extent(0) > detail::tile_rows(still, start.extents())) {
      detail::meeting_tiles<K, std::remove_cvref_t<decltype(still)>, T> tiles(k, still, start, g);
      tiles.advance(kept.burn_in);
      for (index_t draw = 0; draw < kept.draws; ++draw) values.keep(tiles.advance(kept.thin));
      g.counter = tiles.counter();
      return std::move(values).all(start);
    }
  }
  auto state = k.init(still, start);
  detail::advance_state<T>(k, still, state, steps, g, [&](index_t i, const auto& now, const transition_info<T>& info) {
    if (kept.kept_after(i) >= 0) values.keep(now.position);
    observe(i, now, info);
  });
  return std::move(values).all(start);
}

/// f of the draws that are kept of further steps of a state, which is then that after the last step.
template <class F, class K, class E, class S, class O = no_observer, tensor_value T = detail::position_of<S>>
  requires detail::energy_for<E, K, T>
auto sample_of(const F& f, const K& k, const E& e, S& state, const kept_draws& kept, rng& g, O&& observe = {})
  requires kernel<K, E, T> && chain_state<S, T> && function_of_draws<F, T> && step_observer<O, S, T>
{
  detail::kept_values<F, T> values(f, kept.draws);
  advance<T>(k, e, state, kept.steps(), g, [&](index_t i, const auto& now, const transition_info<T>& info) {
    if (kept.kept_after(i) >= 0) values.keep(now.position);
    observe(i, now, info);
  });
  return std::move(values).all(state.position);
}

}  // namespace jem::inline v0
