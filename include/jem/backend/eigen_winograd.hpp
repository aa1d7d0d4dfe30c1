// SPDX-License-Identifier: MIT
// Convolutions by F(4×4, 3×3) for the eigen backend: transform, 36 matrix products, transform back. Two schedules with the same
// bits: blocks of tiles that stay in a core's cache from input to output, one a thread; and, where tiles are few or weights
// large, all tiles transformed first and then one panel of filters a thread.
#pragma once

#include <jem/backend/eigen_product.hpp>
#include <jem/backend/panel_product.hpp>
#include <jem/backend/winograd.hpp>
#include <jem/core/platform.hpp>

#include <cstdint>

namespace jem::inline v0::eigen_winograd {

using eigen_product::for_blocks;
using panel_product::panels;
using winograd::points;
using winograd::tiling;
using winograd::transformed_layout;

constexpr index_t round_up(index_t n, index_t unit) { return (n + unit - 1) / unit * unit; }

/// Columns up to the end of the last pack.
template <scalar T>
constexpr index_t whole_packs(index_t columns) {
  return round_up(columns, pack_width<T>);
}

/// Whether the rule takes this algorithm for weights (kh, kw, c, f): with fewer channels the transforms cost more than they save.
constexpr bool takes(index_t kh, index_t kw, index_t c, index_t stride) { return kh == 3 && kw == 3 && stride == 1 && c >= 8; }

/// And for images: of less than eight outputs a tile, a direct convolution has no more products.
constexpr bool takes(const convolution_shape& s) { return takes(s.kh, s.kw, s.c, s.stride) && s.pixels() >= 8 * tiling(s).count(); }

/// The distance of matrices of so many elements: a cache line or more longer, so that 36 of them do not share cache sets.
constexpr index_t distance(index_t elements) { return round_up(elements, 16) + 16; }

/// Elements of a panel of transformed weights, (36, c, width), and of all (panels).
constexpr index_t panel_size(index_t c, index_t f) { return points * distance(c * panels{f}.width()); }
constexpr index_t weights_size(index_t c, index_t f) { return panels{f}.count() * panel_size(c, f); }

/// Up to here, 4 MiB of floats, transformed weights are made as a whole and worth keeping. Larger ones cost more time to read than
/// to make again from a quarter of the memory, panel by panel in cache: so the peak of memory is bounded, too.
constexpr bool worth_keeping(index_t c, index_t f) { return weights_size(c, f) <= (index_t{1} << 20); }

/// Weights (3, 3, c, f) as they are, or of the input's gradient: turned by half a turn, (3, 3, f, c), channels exchanged.
template <scalar T>
struct weights {
  const T* data;
  bool turned;
};

/// Transposes a square of packs, by exchanging blocks of half, a quarter, … of the size.
template <scalar T>
inline void transpose_packs(pack<T>* rows) {
  constexpr auto lanes = static_cast<std::size_t>(pack_width<T>);
  const auto exchange  = [&]<std::size_t Half, std::size_t... I>(std::integral_constant<std::size_t, Half>, std::index_sequence<I...>) {
    for (std::size_t i = 0; i < lanes; ++i) {
      if (i / Half % 2 != 0) continue;
      const pack<T> a = rows[i], b = rows[i + Half];
      rows[i]        = __builtin_shufflevector(a, b, (I / Half % 2 == 0 ? I : lanes + I - Half)...);
      rows[i + Half] = __builtin_shufflevector(a, b, (I / Half % 2 == 0 ? I + Half : lanes + I)...);
    }
  };
  constexpr std::make_index_sequence<lanes> all{};
  if constexpr (lanes >= 16) exchange(std::integral_constant<std::size_t, 8>{}, all);
  if constexpr (lanes >= 8) exchange(std::integral_constant<std::size_t, 4>{}, all);
  if constexpr (lanes >= 4) exchange(std::integral_constant<std::size_t, 2>{}, all);
  exchange(std::integral_constant<std::size_t, 1>{}, all);
}

/// Channels [begin, begin + count) of a panel of transformed weights, for c channels and f filters: (36, count, width).
template <scalar T>
void transform_weights(const weights<T>& w, index_t c, index_t f, index_t panel, index_t begin, index_t count, T* to) {
  constexpr index_t lanes = pack_width<T>;
  const panels cut{f};
  const index_t width = cut.width(), first = panel * width, columns = cut.columns_of(panel);
  for (index_t j = 0; j < width; j += lanes) {
    const index_t here = std::clamp<index_t>(columns - j, 0, lanes);
    if (!w.turned) {
      for (index_t i = 0; i < count; ++i) {
        const T* const from = w.data + (begin + i) * f + first + j;
        winograd::transform_weight<T>([&](int a, int b) { return load_pack(from + (3 * a + b) * c * f, here); }, to + i * width + j,
                                      distance(count * width));
      }
      continue;
    }
    pack<T> square[9][lanes];
    for (index_t i = 0; i < count; i += lanes) {
      for (index_t k = 0; k < 9; ++k) {
        const T* const from = w.data + ((8 - k) * f + first + j) * c + begin + i;
        for (index_t q = 0; q < lanes; ++q) square[k][q] = q < here ? load_pack(from + q * c, count - i) : pack<T>{};
        transpose_packs<T>(square[k]);
      }
      for (index_t q = 0; q < std::min(lanes, count - i); ++q) {
        winograd::transform_weight<T>([&](int a, int b) { return square[3 * a + b][q]; }, to + (i + q) * width + j,
                                      distance(count * width));
      }
    }
  }
}

/// All transformed weights, (panels, 36, c, width).
template <class Threads, scalar T>
void transform_weights(const weights<T>& w, index_t c, index_t f, T* to) {
  for_blocks<Threads>(panels{f}.count(), [=](index_t panel) { transform_weights(w, c, f, panel, 0, c, to + panel * panel_size(c, f)); });
}

/// Offsets of the rows of matrices whose rows are so far apart.
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

/// The largest parts of a sum over n that are carried in registers: a panel of so many rows stays in the first-level cache.
constexpr index_t depth_of_part(index_t n) {
  const index_t parts = (n + 191) / 192;
  return (n + parts - 1) / parts;
}

/// m[k] += v[k]·u[k] for the 36 matrices: v (rows, depth), u (depth, width), m (rows, width).
template <scalar T>
void multiply_points(const regular_rows& rows, const T* v, index_t v_matrix, const T* u, index_t u_matrix, index_t depth, index_t width,
                     T* m, index_t m_matrix, bool accumulate) {
  const index_t part = depth_of_part(depth);
  for (index_t k = 0; k < points; ++k) {
    for (index_t i = 0; i < depth; i += part) {
      panel_product::multiply(v + k * v_matrix + i, rows.offsets(), {.inner = std::min(part, depth - i)}, u + k * u_matrix + i * width,
                              width, m + k * m_matrix, width, accumulate || i > 0);
    }
  }
}

constexpr transformed_layout layout_of(index_t tiles, index_t columns) { return {distance(tiles * columns), columns}; }

/// Tiles in a block: their transforms take some 320 KiB, and there should be eight blocks.
template <scalar T>
constexpr index_t tiles_in_block(const convolution_shape& s) {
  const index_t in_cache = (index_t{320} << 10) / (points * static_cast<index_t>(sizeof(T)) * (round_up(s.c, 16) + panels{s.f}.width()));
  return round_up(std::clamp<index_t>(tiling(s).count() / 8, 8, std::clamp<index_t>(in_cache, 16, 64)), 8);
}

/// The schedule by blocks of tiles: u are all transformed weights.
template <class Threads, scalar T, light_function F, light_function G>
void convolve_by_tiles(const convolution_shape& s, index_t size, const T* x, F f, const T* u, const epilogue<T, G>& finish, T* y) {
  const index_t tiles = tiling(s).count(), columns = whole_packs<T>(s.c);
  const panels cut{s.f};
  for_blocks<Threads>((tiles + size - 1) / size, [=](index_t block) {
    const index_t first = block * size, count = std::min(size, tiles - first), width = cut.width();
    const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
    host_storage<T> v(columns + points * in.matrix), m(points * out.matrix);
    std::fill_n(v.data(), columns, T{});
    T* const from = v.data() + columns;
    winograd::transform_input(s, x, f, first, count, static_cast<const T*>(v.data()), from, in);
    const regular_rows rows(count, columns, width);
    for (index_t panel = 0; panel < cut.count(); ++panel) {
      multiply_points(rows, static_cast<const T*>(from), in.matrix, u + panel * panel_size(s.c, s.f), distance(s.c * width), s.c, width,
                      m.data(), out.matrix, false);
      winograd::transform_output(s, static_cast<const T*>(m.data()), out, first, count, panel * width, cut.columns_of(panel), finish, y);
    }
  });
}

/// Channels whose weights are transformed at a time: some 432 KiB of floats.
constexpr index_t channels_in_part(index_t c) {
  const index_t parts = (c + 95) / 96;
  return (c + parts - 1) / parts;
}

/// The schedule by panels of filters, 128 tiles at a time: u may be null, and then weights are transformed on the way.
template <class Threads, scalar T, light_function F, light_function G>
void convolve_by_filters(const convolution_shape& s, const T* x, F f, const T* u, const weights<T>& w, const epilogue<T, G>& finish, T* y) {
  constexpr index_t most = 128, chunk = 8;
  const index_t tiles = tiling(s).count(), columns = whole_packs<T>(s.c), size = std::min(most, tiles);
  const panels cut{s.f};
  const index_t width = cut.width(), part = u == nullptr ? channels_in_part(s.c) : s.c,
                share         = u == nullptr ? size : std::min<index_t>(16, size);
  const transformed_layout in = layout_of(size, columns), out = layout_of(share, width);
  host_storage<T> v(columns + points * in.matrix);
  std::fill_n(v.data(), columns, T{});
  const T* const zeros = v.data();
  T* const from        = v.data() + columns;
  for (index_t begin = 0; begin < tiles; begin += size) {
    const index_t here = std::min(size, tiles - begin), shares = (here + share - 1) / share;
    for_blocks<Threads>((here + chunk - 1) / chunk, [=](index_t number) {
      const index_t first = number * chunk;
      winograd::transform_input(s, x, f, begin + first, std::min(chunk, here - first), zeros, from + first * columns, in);
    });
    for_blocks<Threads>(cut.count() * shares, [=](index_t number) {
      const index_t panel = number / shares, first = number % shares * share, count = std::min(share, here - first);
      host_storage<T> m(points * out.matrix), made(u == nullptr ? points * distance(part * width) : 0);
      const regular_rows rows(count, columns, width);
      for (index_t i = 0; i < s.c; i += part) {
        const index_t channels = std::min(part, s.c - i);
        if (u == nullptr) transform_weights(w, s.c, s.f, panel, i, channels, made.data());
        multiply_points(rows, static_cast<const T*>(from + first * columns + i), in.matrix,
                        u == nullptr ? static_cast<const T*>(made.data()) : u + panel * panel_size(s.c, s.f), distance(channels * width),
                        channels, width, m.data(), out.matrix, i > 0);
      }
      winograd::transform_output(s, static_cast<const T*>(m.data()), out, begin + first, count, panel * width, cut.columns_of(panel),
                                 finish, y);
    });
  }
}

/// y = f(x) ⋆ w, finished, with weights transformed before unless u is null.
template <class Threads, scalar T, light_function F = unchanged, light_function G = unchanged>
void convolve(const convolution_shape& s, const T* x, F f, const weights<T>& w, const T* u, const epilogue<T, G>& finish, T* y) {
  const index_t tiles = tiling(s).count(), size = tiles_in_block<T>(s);
  const bool whole = worth_keeping(s.c, s.f);
  if (tiles == 0) return;
  host_storage<T> made(u == nullptr && whole ? weights_size(s.c, s.f) : 0);
  if (u == nullptr && whole) {
    transform_weights<Threads>(w, s.c, s.f, made.data());
    u = made.data();
  }
  if (u != nullptr && tiles >= 8 * size) {
    convolve_by_tiles<Threads>(s, size, x, f, u, finish, y);
  } else {
    convolve_by_filters<Threads>(s, x, f, u, w, finish, y);
  }
}

/// u[k] += v[k]ᵀ·z[k] for the 36 matrices: v (tiles, channels), z (tiles, width), u (channels, width).
template <scalar T>
void multiply_transposed_points(const regular_rows& channels, index_t tiles, const T* v, transformed_layout in, const T* z,
                                transformed_layout out, T* u, index_t u_matrix, index_t columns, bool accumulate) {
  const index_t part = depth_of_part(tiles);
  for (index_t k = 0; k < points; ++k) {
    for (index_t t = 0; t < tiles; t += part) {
      panel_product::multiply(v + k * in.matrix + t * in.tile, channels.offsets(), {.inner = std::min(part, tiles - t), .step = in.tile},
                              z + k * out.matrix + t * out.tile, out.tile, u + k * u_matrix, columns, accumulate || t > 0);
    }
  }
}

/// dw += Gᵀ u G for channels [begin, begin + count) of a panel: u (36, count, width).
template <scalar T>
void add_weight_gradient(const convolution_shape& s, index_t panel, index_t begin, index_t count, const T* u, index_t u_matrix, T* dw) {
  const index_t width = panels{s.f}.width();
  for (index_t i = 0; i < count; ++i) {
    for_packs<T>(panels{s.f}.columns_of(panel), [&](index_t j, auto lanes) {
      winograd::add_weight_gradient<T>(u + i * width + j, u_matrix, dw + (begin + i) * s.f + panel * width + j, s.c * s.f, lanes);
    });
  }
}

/// The schedule for small weights: at most eight partial sums over blocks of tiles, added in order.
template <class Threads, scalar T, light_function F>
void weight_gradient_by_tiles(const convolution_shape& s, const T* x, F f, const T* dy, T* dw) {
  const index_t tiles = tiling(s).count(), size = tiles_in_block<T>(s), columns = whole_packs<T>(s.c);
  const index_t all = weights_size(s.c, s.f), blocks = (tiles + size - 1) / size, per_part = (blocks + 7) / 8;
  const index_t parts = (blocks + per_part - 1) / per_part;
  const panels cut{s.f};
  host_storage<T> partial(parts * all);
  T* const sums = partial.data();
  for_blocks<Threads>(parts, [=](index_t part) {
    const index_t width         = cut.width();
    const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
    host_storage<T> v(points * in.matrix), z(points * out.matrix), zeros(columns + cut.count() * width);
    std::fill_n(zeros.data(), columns + cut.count() * width, T{});
    const T* const outside = zeros.data();
    const regular_rows channels(s.c, 1, width);
    for (index_t block = part * per_part; block < std::min(blocks, (part + 1) * per_part); ++block) {
      const index_t first = block * size, count = std::min(size, tiles - first);
      winograd::transform_input(s, x, f, first, count, outside, v.data(), in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        winograd::transform_output_gradient(s, dy, first, count, panel * width, cut.columns_of(panel), outside, z.data(), out);
        multiply_transposed_points(channels, count, static_cast<const T*>(v.data()), in, static_cast<const T*>(z.data()), out,
                                   sums + part * all + panel * panel_size(s.c, s.f), distance(s.c * width),
                                   whole_packs<T>(cut.columns_of(panel)), block > part * per_part);
      }
    }
  });
  for_blocks<Threads>(cut.count(), [=](index_t panel) {
    const index_t elements = panel_size(s.c, s.f);
    T* const sum           = sums + panel * elements;
    for (index_t part = 1; part < parts; ++part) {
      const T* const more = sum + part * all;
      JEM_INDEPENDENT
      for (index_t i = 0; i < elements; ++i) sum[i] += more[i];
    }
    add_weight_gradient(s, panel, 0, s.c, static_cast<const T*>(sum), distance(s.c * cut.width()), dw);
  });
}

/// The schedule for larger weights: tiles are transformed, 16 MiB of them at a time, and then a task makes the gradient of a part
/// of a panel, which is never there as a whole.
template <class Threads, scalar T, light_function F>
void weight_gradient_by_filters(const convolution_shape& s, const T* x, F f, const T* dy, T* dw) {
  constexpr index_t chunk = 8;
  const index_t tiles = tiling(s).count(), columns = whole_packs<T>(s.c), part = channels_in_part(s.c);
  const panels cut{s.f};
  const index_t width   = cut.width(),
                fitting = (index_t{16} << 20) / (points * static_cast<index_t>(sizeof(T)) * (columns + cut.count() * width));
  const index_t size = std::min(tiles, std::max<index_t>(64, fitting / chunk * chunk)), parts = (s.c + part - 1) / part;
  const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
  host_storage<T> v(points * in.matrix), z(cut.count() * points * out.matrix), zeros(columns + cut.count() * width);
  std::fill_n(zeros.data(), columns + cut.count() * width, T{});
  const T* const outside = zeros.data();
  T *const from = v.data(), *const to = z.data();
  for (index_t begin = 0; begin < tiles; begin += size) {
    const index_t here = std::min(size, tiles - begin);
    for_blocks<Threads>((here + chunk - 1) / chunk, [=](index_t number) {
      const index_t first = number * chunk, count = std::min(chunk, here - first);
      winograd::transform_input(s, x, f, begin + first, count, outside, from + first * columns, in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        winograd::transform_output_gradient(s, dy, begin + first, count, panel * width, cut.columns_of(panel), outside,
                                            to + panel * points * out.matrix + first * width, out);
      }
    });
    for_blocks<Threads>(cut.count() * parts, [=](index_t number) {
      const index_t panel = number / parts, first = number % parts * part, count = std::min(part, s.c - first);
      host_storage<T> u(points * distance(count * width));
      const regular_rows channels(count, 1, width);
      multiply_transposed_points(channels, here, static_cast<const T*>(from) + first, in,
                                 static_cast<const T*>(to) + panel * points * out.matrix, out, u.data(), distance(count * width),
                                 whole_packs<T>(cut.columns_of(panel)), false);
      add_weight_gradient(s, panel, first, count, static_cast<const T*>(u.data()), distance(count * width), dw);
    });
  }
}

/// dw += ∂L/∂w of f(x) ⋆ w
template <class Threads, scalar T, light_function F = unchanged>
void weight_gradient(const convolution_shape& s, const T* x, F f, const T* dy, T* dw) {
  const index_t tiles = tiling(s).count();
  if (tiles == 0) return;
  if (tiles >= 64 && weights_size(s.c, s.f) <= (index_t{160} << 10)) {
    weight_gradient_by_tiles<Threads>(s, x, f, dy, dw);
  } else {
    weight_gradient_by_filters<Threads>(s, x, f, dy, dw);
  }
}

}  // namespace jem::inline v0::eigen_winograd
