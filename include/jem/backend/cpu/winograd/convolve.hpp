// SPDX-License-Identifier: MIT
// Convolutions by Winograd's algorithms for the eigen backend: the input is transformed, one matrix product is computed for each point of
// the transform, and the products are transformed back. There are two schedules, which give the same bits. In the first one, each task is a
// block of tiles that stays in a core's cache from input to output. The second one is for few tiles or large weights: tiles are
// transformed first, and then each task is a panel of filters.
#pragma once

#include <jem/backend/cpu/winograd/weights.hpp>
#include <jem/core/platform.hpp>

#include <cstdint>

namespace jem::inline v0::eigen_winograd {

/// Offsets of n rows that are `from` elements apart in the left factor and `to` elements apart in the result.
struct regular_rows {
  regular_rows(index_t n, index_t from, index_t to) : n_(n), table_(2 * n) {
    for (index_t i = 0; i < n; ++i) {
      table_.data()[i]     = static_cast<std::int32_t>(i * from);
      table_.data()[n + i] = static_cast<std::int32_t>(i * to);
    }
  }
  panel_product::row_offsets offsets() const { return {n_, table_.data(), table_.data() + n_}; }

 private:
  index_t n_;
  host_storage<std::int32_t> table_;
};

/// The length of the parts into which a sum over n is cut, at most 192: a panel of so many rows stays in the first-level cache.
constexpr index_t depth_of_part(index_t n) {
  const index_t parts = (n + 191) / 192;
  return (n + parts - 1) / parts;
}

/// m[k] = v[k]·u[k], or += if `accumulate`, for each point k: v (rows, depth), u (depth, width), m (rows, width).
template <scalar T>
void multiply_points(index_t points, const regular_rows& rows, const T* v, index_t v_matrix, const T* u, index_t u_matrix, index_t depth,
                     index_t width, T* m, index_t m_matrix, bool accumulate) {
  const index_t part = depth_of_part(depth);
  for (index_t k = 0; k < points; ++k) {
    for (index_t i = 0; i < depth; i += part) {
      panel_product::multiply(v + k * v_matrix + i, rows.offsets(), {.inner = (std::min)(part, depth - i)}, u + k * u_matrix + i * width,
                              width, m + k * m_matrix, width, accumulate || i > 0);
    }
  }
}

constexpr transformed_layout layout_of(index_t tiles, index_t columns) { return {distance(tiles * columns), columns}; }

/// The number of tiles in a block. There should be eight blocks, whose transformed tiles take at most about 320 KiB each. The limit that
/// this sets is never below `least` or above 64 tiles.
template <scalar T>
constexpr index_t tiles_in_block(const algorithm<T>& a, const mapping& s, index_t least = 16) {
  const index_t in_cache = (index_t{320} << 10) / (a.points * static_cast<index_t>(sizeof(T)) * (round_up(s.c, 16) + panels{s.f}.width()));
  return round_up(std::clamp<index_t>(a.tiles(s) / 8, 8, std::clamp<index_t>(in_cache, least, 64)), 8);
}

/// Reads blocks of tiles of the images, applies f, and transforms them. The elements of the images have type T or are stored as bfloat16.
template <scalar T>
struct reader {
  const void* x;
  const void* function;
  void (*transform)(const reader&, const mapping&, index_t first, index_t count, const T* zeros, T* to, transformed_layout);

  void operator()(const mapping& s, index_t first, index_t count, const T* zeros, T* to, transformed_layout at) const {
    transform(*this, s, first, count, zeros, to, at);
  }
};

/// A reader for algorithm A. f has to outlive it, so a temporary is refused.
template <class A, element E, fusable F>
reader<accumulator_t<E>> read_tiles(const E* x, const F&& f) = delete;
template <class A, element E, fusable F>
reader<accumulator_t<E>> read_tiles(const E* x, const F& f) {
  using T = accumulator_t<E>;
  return {x, &f, [](const reader<T>& r, const mapping& s, index_t first, index_t count, const T* zeros, T* to, transformed_layout at) {
            const void* const outside = zeros;
            winograd::transform_input<A>(s, static_cast<const E*>(r.x), *static_cast<const F*>(r.function), first, count,
                                         static_cast<const E*>(outside), to, at);
          }};
}

/// Transforms blocks of tiles back, applies the epilogue, and writes the outputs of filters [begin, begin + columns).
template <scalar T>
struct writer {
  void* y;
  const void* finish;
  void (*transform)(const writer&, const mapping&, const T* from, transformed_layout, index_t first, index_t count, index_t begin,
                    index_t columns);

  void operator()(const mapping& s, const T* from, transformed_layout at, index_t first, index_t count, index_t begin,
                  index_t columns) const {
    transform(*this, s, from, at, first, count, begin, columns);
  }
};

/// A writer for algorithm A. The epilogue has to outlive it, so a temporary is refused.
template <class A, scalar T, fusable F, element E>
writer<T> write_tiles(const epilogue<T, F, E>&& finish, E* y) = delete;
template <class A, scalar T, fusable F, element E>
writer<T> write_tiles(const epilogue<T, F, E>& finish, E* y) {
  return {y, &finish,
          [](const writer<T>& w, const mapping& s, const T* from, transformed_layout at, index_t first, index_t count, index_t begin,
             index_t columns) {
            winograd::transform_output<A>(s, from, at, first, count, begin, columns, *static_cast<const epilogue<T, F, E>*>(w.finish),
                                          static_cast<E*>(w.y));
          }};
}

/// The schedule by blocks of tiles. u has all transformed weights.
template <class Threads, scalar T>
void convolve_by_tiles(const algorithm<T>& a, const mapping& s, index_t size, const reader<T>& x, const T* u, const writer<T>& y) {
  const index_t tiles = a.tiles(s), columns = whole_packs<T>(s.c);
  const panels cut{s.f};
  for_blocks<Threads>((tiles + size - 1) / size, [=](index_t block) {
    const index_t first = block * size, count = (std::min)(size, tiles - first), width = cut.width();
    const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
    host_storage<T> v(columns + a.points * in.matrix), m(a.points * out.matrix);
    std::fill_n(v.data(), columns, T{});
    T* const from = v.data() + columns;
    x(s, first, count, static_cast<const T*>(v.data()), from, in);
    const regular_rows rows(count, columns, width);
    for (index_t panel = 0; panel < cut.count(); ++panel) {
      multiply_points(a.points, rows, static_cast<const T*>(from), in.matrix, u + panel * a.panel_size(s.c, s.f), distance(s.c * width),
                      s.c, width, m.data(), out.matrix, false);
      y(s, static_cast<const T*>(m.data()), out, first, count, panel * width, cut.columns_of(panel));
    }
  });
}

/// The number of channels whose weights are transformed at a time: they take about 432 KiB as floats.
constexpr index_t channels_in_part(index_t points, index_t c) {
  const index_t most = 96 * 36 / points, parts = (c + most - 1) / most;
  return (c + parts - 1) / parts;
}

/// The schedule by panels of filters, for 128 tiles at a time. If u is null, each task transforms the weights that it needs.
template <class Threads, scalar T>
void convolve_by_filters(const algorithm<T>& a, const mapping& s, const reader<T>& x, const T* u, const weights<T>& w, const writer<T>& y) {
  constexpr index_t most = 128, chunk = 8;
  const index_t tiles = a.tiles(s), columns = whole_packs<T>(s.c), size = (std::min)(most, tiles);
  const panels cut{s.f};
  const index_t width = cut.width(), part = u == nullptr ? channels_in_part(a.points, s.c) : s.c,
                share         = u == nullptr ? size : std::min<index_t>(16, size);
  const transformed_layout in = layout_of(size, columns), out = layout_of(share, width);
  host_storage<T> v(columns + a.points * in.matrix);
  std::fill_n(v.data(), columns, T{});
  const T* const zeros = v.data();
  T* const from        = v.data() + columns;
  for (index_t begin = 0; begin < tiles; begin += size) {
    const index_t here = (std::min)(size, tiles - begin), shares = (here + share - 1) / share;
    for_blocks<Threads>((here + chunk - 1) / chunk, [=](index_t number) {
      const index_t first = number * chunk;
      x(s, begin + first, (std::min)(chunk, here - first), zeros, from + first * columns, in);
    });
    for_blocks<Threads>(cut.count() * shares, [=](index_t number) {
      const index_t panel = number / shares, first = number % shares * share, count = (std::min)(share, here - first);
      host_storage<T> m(a.points * out.matrix), made(u == nullptr ? a.points * distance(part * width) : 0);
      const regular_rows rows(count, columns, width);
      for (index_t i = 0; i < s.c; i += part) {
        const index_t channels = (std::min)(part, s.c - i);
        if (u == nullptr) a.transform_panel(w, s.c, s.f, panel, i, channels, made.data());
        multiply_points(a.points, rows, static_cast<const T*>(from + first * columns + i), in.matrix,
                        u == nullptr ? static_cast<const T*>(made.data()) : u + panel * a.panel_size(s.c, s.f), distance(channels * width),
                        channels, width, m.data(), out.matrix, i > 0);
      }
      y(s, static_cast<const T*>(m.data()), out, begin + first, count, panel * width, cut.columns_of(panel));
    });
  }
}

/// y = epilogue(f(x) ⋆ w). u has the transformed weights, or is null.
template <class Threads, scalar T>
void convolve(const algorithm<T>& a, const mapping& s, const reader<T>& x, const weights<T>& w, const T* u, const writer<T>& y) {
  const index_t tiles = a.tiles(s), size = tiles_in_block(a, s);
  const bool whole = worth_keeping(s.c, s.f);
  if (tiles == 0) return;
  host_storage<T> made(u == nullptr && whole ? weights_size(a.points, s.c, s.f) : 0);
  if (u == nullptr && whole) {
    transform_weights<Threads>(a, w, s.c, s.f, made.data());
    u = made.data();
  }
  if (u != nullptr && tiles >= 8 * size) {
    convolve_by_tiles<Threads>(a, s, size, x, u, y);
  } else {
    convolve_by_filters<Threads>(a, s, x, u, w, y);
  }
}

}  // namespace jem::inline v0::eigen_winograd
