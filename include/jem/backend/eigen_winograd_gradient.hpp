// SPDX-License-Identifier: MIT
// The gradient of a convolution's weights by Winograd's algorithms, dg = Gᵀ[(Bᵀ d B) ⊙ (A dY Aᵀ)]G summed over tiles: as many products
// of transposed matrices as a tile has products. Two schedules: tiles are tasks where weights are small, else parts of them are.
#pragma once

#include <jem/backend/eigen_winograd.hpp>

namespace jem::inline v0::eigen_winograd {

/// u[k] += v[k]ᵀ·z[k] for all matrices: v (tiles, channels), z (tiles, width), u (channels, width).
template <class A, scalar T>
void multiply_transposed_points(const regular_rows& channels, index_t tiles, const T* v, transformed_layout in, const T* z,
                                transformed_layout out, T* u, index_t u_matrix, index_t columns, bool accumulate) {
  const index_t part = depth_of_part(tiles);
  for (index_t k = 0; k < points<A>; ++k) {
    for (index_t t = 0; t < tiles; t += part) {
      panel_product::multiply(v + k * in.matrix + t * in.tile, channels.offsets(), {.inner = std::min(part, tiles - t), .step = in.tile},
                              z + k * out.matrix + t * out.tile, out.tile, u + k * u_matrix, columns, accumulate || t > 0);
    }
  }
}

/// dw += Gᵀ u G for channels [begin, begin + count) of a panel: u (products, count, width).
template <class A, scalar T>
void add_weight_gradient(const mapping& s, index_t panel, index_t begin, index_t count, const T* u, index_t u_matrix, T* dw) {
  const index_t width = panels{s.f}.width();
  for (index_t i = 0; i < count; ++i) {
    for_packs<T>(panels{s.f}.columns_of(panel), [&](index_t j, auto lanes) {
      winograd::add_weight_gradient<A, T>(u + i * width + j, u_matrix, dw + (begin + i) * s.f + panel * width + j, s.c * s.f, lanes);
    });
  }
}

/// The schedule for small weights: at most eight partial sums over blocks of tiles, added in order.
template <class A, class Threads, scalar T, light_function F>
void weight_gradient_by_tiles(const mapping& s, const T* x, F f, const T* dy, T* dw) {
  const index_t tiles = tiling<A>(s).count(), size = tiles_in_block<A, T>(s), columns = whole_packs<T>(s.c);
  const index_t all = weights_size<A>(s.c, s.f), blocks = (tiles + size - 1) / size, per_part = (blocks + 7) / 8;
  const index_t parts = (blocks + per_part - 1) / per_part;
  const panels cut{s.f};
  host_storage<T> partial(parts * all);
  T* const sums = partial.data();
  for_blocks<Threads>(parts, [=](index_t part) {
    const index_t width         = cut.width();
    const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
    host_storage<T> v(points<A> * in.matrix), z(points<A> * out.matrix), zeros(columns + cut.count() * width);
    std::fill_n(zeros.data(), columns + cut.count() * width, T{});
    const T* const outside = zeros.data();
    const regular_rows channels(s.c, 1, width);
    for (index_t block = part * per_part; block < std::min(blocks, (part + 1) * per_part); ++block) {
      const index_t first = block * size, count = std::min(size, tiles - first);
      winograd::transform_input<A>(s, x, f, first, count, outside, v.data(), in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        winograd::transform_output_gradient<A>(s, dy, first, count, panel * width, cut.columns_of(panel), outside, z.data(), out);
        multiply_transposed_points<A>(channels, count, static_cast<const T*>(v.data()), in, static_cast<const T*>(z.data()), out,
                                      sums + part * all + panel * panel_size<A>(s.c, s.f), distance(s.c * width),
                                      whole_packs<T>(cut.columns_of(panel)), block > part * per_part);
      }
    }
  });
  for_blocks<Threads>(cut.count(), [=](index_t panel) {
    const index_t elements = panel_size<A>(s.c, s.f);
    T* const sum           = sums + panel * elements;
    for (index_t part = 1; part < parts; ++part) {
      const T* const more = sum + part * all;
      JEM_INDEPENDENT
      for (index_t i = 0; i < elements; ++i) sum[i] += more[i];
    }
    add_weight_gradient<A>(s, panel, 0, s.c, static_cast<const T*>(sum), distance(s.c * cut.width()), dw);
  });
}

/// The schedule for larger weights: tiles are transformed, 16 MiB of them at a time, and then a task makes the gradient of a part
/// of a panel, which is never there as a whole.
template <class A, class Threads, scalar T, light_function F>
void weight_gradient_by_filters(const mapping& s, const T* x, F f, const T* dy, T* dw) {
  constexpr index_t chunk = 8;
  const index_t tiles = tiling<A>(s).count(), columns = whole_packs<T>(s.c), part = channels_in_part<A>(s.c);
  const panels cut{s.f};
  const index_t width   = cut.width(),
                fitting = (index_t{16} << 20) / (points<A> * static_cast<index_t>(sizeof(T)) * (columns + cut.count() * width));
  const index_t size = std::min(tiles, std::max<index_t>(64, fitting / chunk * chunk)), parts = (s.c + part - 1) / part;
  const transformed_layout in = layout_of(size, columns), out = layout_of(size, width);
  host_storage<T> v(points<A> * in.matrix), z(cut.count() * points<A> * out.matrix), zeros(columns + cut.count() * width);
  std::fill_n(zeros.data(), columns + cut.count() * width, T{});
  const T* const outside = zeros.data();
  T *const from = v.data(), *const to = z.data();
  for (index_t begin = 0; begin < tiles; begin += size) {
    const index_t here = std::min(size, tiles - begin);
    for_blocks<Threads>((here + chunk - 1) / chunk, [=](index_t number) {
      const index_t first = number * chunk, count = std::min(chunk, here - first);
      winograd::transform_input<A>(s, x, f, begin + first, count, outside, from + first * columns, in);
      for (index_t panel = 0; panel < cut.count(); ++panel) {
        winograd::transform_output_gradient<A>(s, dy, begin + first, count, panel * width, cut.columns_of(panel), outside,
                                               to + panel * points<A> * out.matrix + first * width, out);
      }
    });
    for_blocks<Threads>(cut.count() * parts, [=](index_t number) {
      const index_t panel = number / parts, first = number % parts * part, count = std::min(part, s.c - first);
      host_storage<T> u(points<A> * distance(count * width));
      const regular_rows channels(count, 1, width);
      multiply_transposed_points<A>(channels, here, static_cast<const T*>(from) + first, in,
                                    static_cast<const T*>(to) + panel * points<A> * out.matrix, out, u.data(), distance(count * width),
                                    whole_packs<T>(cut.columns_of(panel)), false);
      add_weight_gradient<A>(s, panel, first, count, static_cast<const T*>(u.data()), distance(count * width), dw);
    });
  }
}

/// dw += ∂L/∂w of f(x) ⋆ w
template <class A, class Threads, scalar T, light_function F = unchanged>
void weight_gradient(const mapping& s, const T* x, F f, const T* dy, T* dw) {
  const index_t tiles = tiling<A>(s).count();
  if (tiles == 0) return;
  if (tiles >= 64 && weights_size<A>(s.c, s.f) <= (index_t{160} << 10)) {
    weight_gradient_by_tiles<A, Threads>(s, x, f, dy, dw);
  } else {
    weight_gradient_by_filters<A, Threads>(s, x, f, dy, dw);
  }
}

}  // namespace jem::inline v0::eigen_winograd
