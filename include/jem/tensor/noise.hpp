// SPDX-License-Identifier: MIT
// Tensors of random numbers. Element i of a tensor gets number i of a stream, whatever thread computes it. A part of a batch that begins
// at row r gets the numbers that it would get in the whole batch if the generator's `row` is r.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/vector_loop.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/loops.hpp>

#include <cmath>
#include <limits>

namespace jem::inline v0 {

namespace detail {

/// f(first element, count, numbers) for the pieces of a stream that belong to a batch of these extents: tiles if the backend has
/// for_each_row, single numbers otherwise. `draw` can make a tile as well as a single number.
template <class Backend, class Draw, class F>
void for_numbers(const shape& extents, rng& g, Draw draw, F f) {
  constexpr index_t tile = random_stream::tile;
  const auto stream      = g.next();
  const index_t begin = g.row * extents.row_size(), end = begin + extents.size(), first = begin / tile;
  if constexpr (runs_rows<Backend>) {
    Backend::for_each_row((end + tile - 1) / tile - first, 8 * tile, [=] JEM_LAMBDA(index_t i) {
      typename Draw::number numbers[tile];
      draw(stream, first + i, numbers);
      const index_t at   = (first + i) * tile;
      const index_t from = at < begin ? begin : at, to = at + tile < end ? at + tile : end;
      f(from - begin, to - from, numbers + (from - at));
    });
  } else {
    Backend::for_each(extents.size(), [=] JEM_LAMBDA(index_t i) {
      const typename Draw::number number = draw(stream, begin + i);
      f(i, 1, &number);
    });
  }
}

struct draw_normal {
  using number = float;
  constexpr void operator()(const random_stream& s, index_t tile, float* out) const { s.normals(tile, out); }
  constexpr float operator()(const random_stream& s, index_t i) const { return s.normal(i); }
};
struct draw_uniform {
  using number = float;
  constexpr void operator()(const random_stream& s, index_t tile, float* out) const { s.uniforms(tile, out); }
  constexpr float operator()(const random_stream& s, index_t i) const { return s.uniform(i); }
};
struct draw_bits {
  using number = std::uint32_t;
  constexpr void operator()(const random_stream& s, index_t tile, std::uint32_t* out) const { s.all_bits(tile, out); }
  constexpr std::uint32_t operator()(const random_stream& s, index_t i) const { return s.bits(i); }
};

template <class T>
struct store_numbers {
  T* to;

  constexpr void operator()(index_t first, index_t count, const float* numbers) const {
    JEM_INDEPENDENT
    for (index_t i = 0; i < count; ++i) to[first + i] = static_cast<T>(numbers[i]);
  }
};

/// low + width·u, but at most `last`, since rounding may give low + width.
template <class T>
struct store_between {
  T* to;
  T low, width, last;

  constexpr void operator()(index_t first, index_t count, const float* numbers) const {
    JEM_INDEPENDENT
    for (index_t i = 0; i < count; ++i) {
      const T value = low + width * static_cast<T>(numbers[i]);
      to[first + i] = value < last ? value : last;
    }
  }
};

/// 1 where the event of probability p[i] happens, else 0.
template <class T>
struct store_events {
  T* to;
  const T* p;
  random_stream stream;
  index_t begin;  // index in the stream of the first element

  constexpr void operator()(index_t first, index_t count, const std::uint32_t* numbers) const {
    int undecided = 0;  // numbers whose first word equals the first digit of p: about one in 2³²
    for (index_t i = 0; i < count; ++i) {
      const double ahead = static_cast<double>(p[first + i]) * 0x1p32 - static_cast<double>(numbers[i]);
      to[first + i]      = ahead > 0 ? T(1) : T(0);
      undecided += ahead >= 0 && ahead < 1 ? 1 : 0;
    }
    for (index_t i = 0; i < count && undecided > 0; ++i) {
      to[first + i] = stream.happens(begin + first + i, p[first + i], numbers[i]) ? T(1) : T(0);
    }
  }
};

template <class T>
struct add_scaled_numbers {
  T* to;
  T factor;

  constexpr void operator()(index_t first, index_t count, const float* numbers) const {
    JEM_INDEPENDENT
    for (index_t i = 0; i < count; ++i) to[first + i] += factor * static_cast<T>(numbers[i]);
  }
};

template <class T, class F>
struct step_by_numbers {
  T* to;
  const T* slope;
  T factor, scale;
  F f;

  constexpr void operator()(index_t first, index_t count, const float* numbers) const {
    vector_loop(0, count, [this, first, numbers](index_t i) {
      const T moved = to[first + i] + factor * slope[first + i];
      to[first + i] = f(moved + scale * static_cast<T>(numbers[i]));
    });
  }
};

}  // namespace detail

/// Independent standard normals.
template <tensor_value T>
T normal(const shape& extents, rng& g) {
  T result(extents);
  detail::for_numbers<typename T::backend_type>(extents, g, detail::draw_normal{},
                                                detail::store_numbers<typename T::value_type>{result.data()});
  return result;
}

/// Independent uniforms on [low, high); if high = low, all of them are low. Throws std::invalid_argument unless low ≤ high and high − low
/// is finite.
template <tensor_value T>
T uniform(const shape& extents, typename T::value_type low, typename T::value_type high, rng& g) {
  using V = typename T::value_type;
  if (!(low <= high && std::isfinite(high - low))) {
    fail("uniform", "low <= high, and a finite number between them,", concat("[", low, ", ", high, ")"));
  }
  T result(extents);
  detail::for_numbers<typename T::backend_type>(extents, g, detail::draw_uniform{},
                                                detail::store_between<V>{result.data(), low, high - low, std::nextafter(high, low)});
  return result;
}

/// (n, …) → (n, …): each element is independently 1 with probability p[i, …], else 0. The probability is exact, even for the smallest
/// positive numbers. Always 0 for p = 0 and for NaN, always 1 for p = 1.
template <tensor_value T>
T happens(const T& p, rng& g) {
  T result(p.extents());
  const random_stream stream = rng(g).next();  // the same stream that for_numbers takes from g
  detail::for_numbers<typename T::backend_type>(
      p.extents(), g, detail::draw_bits{},
      detail::store_events<typename T::value_type>{result.data(), p.data(), stream, g.row * p.extents().row_size()});
  return result;
}

/// (n) independent indices in [0, bound), 1 ≤ bound ≤ 2³¹, each as likely as the others.
template <tensor_like T>
labels<T> random_indices(index_t n, index_t bound, rng& g) {
  expect_at_least("random_indices", "a bound", 1, bound);
  labels<T> result(shape{n});
  std::int32_t* const to     = result.data();
  const random_stream stream = g.next();
  T::backend_type::for_each(n, [=] JEM_LAMBDA(index_t i) { to[i] = static_cast<std::int32_t>(index_below(stream, i, bound)); });
  return result;
}

/// x ← x + scale·ξ, ξ standard normal.
template <tensor_value T>
void add_normal(T& x, std::type_identity_t<typename T::value_type> scale, rng& g) {
  detail::for_numbers<typename T::backend_type>(x.extents(), g, detail::draw_normal{},
                                                detail::add_scaled_numbers<typename T::value_type>{x.data(), scale});
}

/// x ← f(x + factor·y + scale·ξ), ξ standard normal: in one pass, with the same bits as add_scaled, add_normal and f one after the other.
template <tensor_value T, compatible<T> Y, class F>
void add_scaled_and_normal(T& x, std::type_identity_t<typename T::value_type> factor, const Y& y,
                           std::type_identity_t<typename T::value_type> scale, rng& g, F f) {
  using V = typename T::value_type;
  expect_shape("add_scaled_and_normal", x.extents(), y.extents());
  detail::for_numbers<typename T::backend_type>(x.extents(), g, detail::draw_normal{},
                                                detail::step_by_numbers<V, F>{x.data(), y.data(), factor, scale, f});
}

}  // namespace jem::inline v0
