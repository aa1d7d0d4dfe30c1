// SPDX-License-Identifier: MIT
// The gradient of a convolution's weights by Winograd's algorithms, dg = Gᵀ[(Bᵀ d B) ⊙ (A dY Aᵀ)]G summed over tiles: for each point of
// the transform one product with a transposed matrix. There are two schedules: for small weights tasks are blocks of tiles, otherwise they
// are parts of the weights.
#pragma once

#include <jem/backend/cpu/winograd/convolve.hpp>

namespace jem::inline v0::eigen_winograd {

/// u[k] = v[k]ᵀ·z[k], or += if `accumulate`, for each point k: v (tiles, channels), z (tiles, width), u (channels, width).
template <scalar T>
void multiply_transposed_points(index_t points, const regular_rows& channels, index_t tiles, const T* v, transformed_layout in, const T* z,
                                transformed_layout out, T* u, index_t u_matrix, index_t columns, bool accumulate) {
  const index_t part = depth_of_part(tiles);
  for (index_t k = 0; k < points; ++k) {
    for (index_t t = 0; t < tiles; t += part) {
      panel_product::multiply(v + k * in.matrix + t * in.tile, channels.offsets(), {.inner = (std::min)(part, tiles - t), .step = in.tile},
                              z + k * out.matrix + t * out.tile, out.tile, u + k * u_matrix, columns, accumulate || t > 0);
    }
  }
}

/// dw += Gᵀ u G for channels [begin, begin + count) of a panel: u (points, count, width).
template <class A, scalar T>
void add_panel(const mapping& s, index_t panel, index_t begin, index_t count, const T* u, index_t u_matrix, T* dw) {
  const index_t width = panels{s.f}.width(), columns = panels{s.f}.columns_of(panel);
  for (index_t i = 0; i < count; ++i) {
    for (index_t j = 0; j < columns; j += pack_width<T>) {
      winograd::add_weight_gradient<A, T>(u + i * width + j, u_matrix, dw + (begin + i) * s.f + panel * width + j, s.c * s.f, columns - j);
    }
  }
}

/// An algorithm with the further functions that the gradient of the weights needs.
template <scalar T>
struct gradient_algorithm : algorithm<T> {
  void (*transform_output_gradient)(const mapping&, const T* dy, index_t first, index_t count, index_t begin, index_t columns,
                                    const T* zeros, T* to, transformed_layout);
  void (*add_panel)(const mapping&, index_t panel, index_t begin, index_t count, const T* u, index_t u_matrix, T* dw);
};

template <class A, scalar T>
constexpr gradient_algorithm<T> gradient_algorithm_of() {
  return {algorithm_of<A, T>(), winograd::transform_output_gradient<A, T>, add_panel<A, T>};
}

/// The schedule for small weights: at most eight partial sums over blocks of tiles, added in order.
template <class Threads, scalar T>
void weight_gradient_by_tiles(const gradient_algorithm<T>& a, const mapping& s, const reader<T>& x, const T* dy, T* dw) {
  // sums are read and written once for each block, so blocks should not be small
  const index_t tiles = a.tiles(s), size = tiles_in_block(a, s, 32), columns = whole_packs<T>(s.c);
  const index_t all = weights_size(a.points, s.c, s.f), blocks = (tiles + size - 1) / size, per_part = (blocks + 7) / 8;
  const index_t parts = (blocks + per_part - 1) / per_part;
  const panels cut{s.f};
  host_storage<T> partial(parts * all);
  T* const sums = partial.data();
  for_blocks<Threads>(parts, [=](index_t part) {
    const index_t width         = cut.width();
    const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
    host_storage<T> v(a.points * in.matrix), z(a.points * out.matrix), zeros(columns + cut.count() * width);
    std::fill_n(zeros.data(), columns + cut.count() * width, T{});
    const T* const outside = zeros.data();
    const regular_rows channels(s.c, 1, width);
    for (index_t block = part * per_part; block < (std::min)(blocks, (part + 1) * per_part); ++block) {
      const index_t first = block * size, count = (std::min)(size, tiles - first);
      x(s, first, count, outside, v.data(), in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        a.transform_output_gradient(s, dy, first, count, panel * width, cut.columns_of(panel), outside, z.data(), out);
        multiply_transposed_points(a.points, channels, count, static_cast<const T*>(v.data()), in, static_cast<const T*>(z.data()), out,
                                   sums + part * all + panel * a.panel_size(s.c, s.f), distance(s.c * width),
                                   whole_packs<T>(cut.columns_of(panel)), block > part * per_part);
      }
    }
  });
  for_blocks<Threads>(cut.count(), [=](index_t panel) {
    const index_t elements = a.panel_size(s.c, s.f);
    T* const sum           = sums + panel * elements;
    for (index_t part = 1; part < parts; ++part) {
      const T* const more = sum + part * all;
      JEM_INDEPENDENT
      for (index_t i = 0; i < elements; ++i) sum[i] += more[i];
    }
    a.add_panel(s, panel, 0, s.c, static_cast<const T*>(sum), distance(s.c * cut.width()), dw);
  });
}

/// The schedule for larger weights. Tiles are transformed, 16 MiB of them at a time. Then each task computes the gradient for a part of
/// the channels of a panel and adds it to dw, so the transformed gradient of all weights is never stored as a whole.
template <class Threads, scalar T>
void weight_gradient_by_filters(const gradient_algorithm<T>& a, const mapping& s, const reader<T>& x, const T* dy, T* dw) {
  constexpr index_t chunk = 8;
  const index_t tiles = a.tiles(s), columns = whole_packs<T>(s.c), part = channels_in_part(a.points, s.c);
  const panels cut{s.f};
  const index_t width   = cut.width(),
                fitting = (index_t{16} << 20) / (a.points * static_cast<index_t>(sizeof(T)) * (columns + cut.count() * width));
  const index_t size = (std::min)(tiles, std::max<index_t>(64, fitting / chunk * chunk)), parts = (s.c + part - 1) / part;
  const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
  host_storage<T> v(a.points * in.matrix), z(cut.count() * a.points * out.matrix), zeros(columns + cut.count() * width);
  std::fill_n(zeros.data(), columns + cut.count() * width, T{});
  const T* const outside = zeros.data();
  T *const from = v.data(), *const to = z.data();
  for (index_t begin = 0; begin < tiles; begin += size) {
    const index_t here = (std::min)(size, tiles - begin);
    for_blocks<Threads>((here + chunk - 1) / chunk, [=](index_t number) {
      const index_t first = number * chunk, count = (std::min)(chunk, here - first);
      x(s, begin + first, count, outside, from + first * columns, in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        a.transform_output_gradient(s, dy, begin + first, count, panel * width, cut.columns_of(panel), outside,
                                    to + panel * a.points * out.matrix + first * width, out);
      }
    });
    for_blocks<Threads>(cut.count() * parts, [=](index_t number) {
      const index_t panel = number / parts, first = number % parts * part, count = (std::min)(part, s.c - first);
      host_storage<T> u(a.points * distance(count * width));
      const regular_rows channels(count, 1, width);
      multiply_transposed_points(a.points, channels, here, static_cast<const T*>(from) + first, in,
                                 static_cast<const T*>(to) + panel * a.points * out.matrix, out, u.data(), distance(count * width),
                                 whole_packs<T>(cut.columns_of(panel)), false);
      a.add_panel(s, panel, first, count, static_cast<const T*>(u.data()), distance(count * width), dw);
    });
  }
}

/// Whether there are enough tiles for these weights to make partial sums of all weights worth their memory.
constexpr bool sums_by_tiles(index_t tiles, index_t weights) {
  return (tiles >= 64 && weights <= (index_t{160} << 10)) || (tiles >= 512 && weights <= (index_t{256} << 10));
}

/// dw += ∂L/∂w of f(x) ⋆ w
template <class Threads, scalar T>
void weight_gradient(const gradient_algorithm<T>& a, const mapping& s, const reader<T>& x, const T* dy, T* dw) {
  const index_t tiles = a.tiles(s);
  if (tiles == 0) return;
  if (sums_by_tiles(tiles, weights_size(a.points, s.c, s.f))) {
    weight_gradient_by_tiles<Threads>(a, s, x, dy, dw);
  } else {
    weight_gradient_by_filters<Threads>(a, s, x, dy, dw);
  }
}

}  // namespace jem::inline v0::eigen_winograd
