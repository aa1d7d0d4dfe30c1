// SPDX-License-Identifier: MIT
// The transforms of Winograd's minimal filtering F(4×4, 3×3): sixteen outputs of a 3×3 convolution from a 6×6 tile of inputs
// with 36 products instead of 144,
//
//     Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A,   and for the gradient of g, its transpose,   dg = Gᵀ[(Bᵀ d B) ⊙ (A dY Aᵀ)]G,
//
// Lavin and Gray 2016, arXiv:1509.09308. The points are 0, ±√½, ±√2, ∞ (the form ±c, ±1/c of Alam, Anderson, Barabasz and Gregg
// 2022, arXiv:2201.10369), which leave a third of the error of the usual 0, ±1, ±2, ∞. Each transform runs over packs of channels.
#pragma once

#include <jem/backend/epilogue.hpp>
#include <jem/backend/pack.hpp>
#include <jem/core/convolution_shape.hpp>

namespace jem::inline v0::winograd {

inline constexpr index_t points = 36;  ///< products of a tile

template <scalar T>
inline constexpr T a = T(0.70710678118654752440);  ///< √½
template <scalar T>
inline constexpr T b = T(1.41421356237309504880);  ///< √2

/// One line of each transform: `at` gives the packs of a line, `put` takes those of the transformed line.
template <scalar T>
struct input_line {  // Bᵀ: 6 → 6
  static constexpr int in = 6, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto d1 = at(1), d2 = at(2), d3 = at(3), d4 = at(4);
    const auto even = d4 - T(2) * d2, odd = a<T> * (d3 - T(2) * d1), far_even = d4 - T(0.5) * d2, far_odd = b<T> * (d3 - T(0.5) * d1);
    put(0, at(0) - T(2.5) * d2 + d4);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
    put(5, d1 - T(2.5) * d3 + at(5));
  }
};

template <scalar T>
struct weight_line {  // G: 3 → 6
  static constexpr int in = 3, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto g0 = at(0), g1 = at(1), g2 = at(2);
    const auto even = T(-2. / 3) * (g0 + T(0.5) * g2), odd = T(-2. / 3) * a<T> * g1;
    const auto far_even = T(1. / 6) * (g0 + T(2) * g2), far_odd = T(1. / 6) * b<T> * g1;
    put(0, g0);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
    put(5, g2);
  }
};

template <scalar T>
struct output_line {  // Aᵀ: 6 → 4
  static constexpr int in = 6, out = 4;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto m1 = at(1), m2 = at(2), m3 = at(3), m4 = at(4);
    const auto even = m1 + m2, odd = a<T> * (m1 - m2), far_even = m3 + m4, far_odd = b<T> * (m3 - m4);
    put(0, at(0) + even + far_even);
    put(1, odd + far_odd);
    put(2, T(0.5) * even + T(2) * far_even);
    put(3, T(0.5) * odd + T(2) * far_odd + at(5));
  }
};

template <scalar T>
struct output_gradient_line {  // A: 4 → 6
  static constexpr int in = 4, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto y0 = at(0), y1 = at(1), y2 = at(2), y3 = at(3);
    const auto even = y0 + T(0.5) * y2, odd = a<T> * (y1 + T(0.5) * y3), far_even = y0 + T(2) * y2, far_odd = b<T> * (y1 + T(2) * y3);
    put(0, y0);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
    put(5, y3);
  }
};

template <scalar T>
struct weight_gradient_line {  // Gᵀ: 6 → 3
  static constexpr int in = 6, out = 3;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto u1 = at(1), u2 = at(2), u3 = at(3), u4 = at(4);
    const auto near = T(1. / 3) * (u1 + u2), far = T(1. / 3) * (u3 + u4);
    put(0, at(0) - T(2) * near + T(0.5) * far);
    put(1, T(-2. / 3) * a<T> * (u1 - u2) + T(1. / 6) * b<T> * (u3 - u4));
    put(2, far - near + at(5));
  }
};

/// L·tile·Lᵀ for one pack of channels: load(row, column) → store(row, column, pack).
template <template <class> class Line, scalar T, class Load, class Store>
[[gnu::always_inline]] inline void transform(Load load, Store store) {
  constexpr Line<T> line{};
  pack<T> half[Line<T>::out][Line<T>::in];
  for (int s = 0; s < Line<T>::in; ++s) {
    line([&](int r) { return load(r, s); }, [&](int r, const pack<T>& v) { half[r][s] = v; });
  }
  for (int r = 0; r < Line<T>::out; ++r) {
    line([&](int s) { return half[r][s]; }, [&](int s, const pack<T>& v) { store(r, s, v); });
  }
}

/// How an image is cut into tiles of 4×4 outputs; the last ones may reach over its edge.
struct tiling {
  index_t n, rows, columns;

  constexpr explicit tiling(const convolution_shape& s) : n(s.n), rows((s.oh() + 3) / 4), columns((s.ow() + 3) / 4) {}
  constexpr index_t count() const { return n * rows * columns; }
};

/// The pixels of a square of an image (h, w, c), whose first is at (top, left): those outside are `zeros` (c).
template <int Size, scalar T>
void pixels_of_square(const T* image, index_t h, index_t w, index_t c, index_t top, index_t left, const T* zeros,
                      const T* (&pixel)[Size][Size]) {
  for (index_t r = 0; r < Size; ++r) {
    const bool inside  = top + r >= 0 && top + r < h;
    const index_t line = (top + r) * w + left;
    for (index_t s = 0; s < Size; ++s) pixel[r][s] = inside && left + s >= 0 && left + s < w ? image + (line + s) * c : zeros;
  }
}

/// Where the 36 transformed numbers of tiles go: matrix k, tile t, channel j at k·matrix + t·tile + j. Rows are whole packs.
struct transformed_layout {
  index_t matrix, tile;
};

/// Tiles [first, first + count) of f of the input, Bᵀ d B; s is a 3×3 convolution of stride 1, its padding may be negative.
template <scalar T, light_function F>
void transform_input(const convolution_shape& s, const T* x, F f, index_t first, index_t count, const T* zeros, T* to,
                     transformed_layout at) {
  const tiling tiles(s);
  const T* pixel[6][6];
  for (index_t t = first; t < first + count; ++t, to += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows, column = t % tiles.columns;
    pixels_of_square(x + image * s.h * s.w * s.c, s.h, s.w, s.c, 4 * row - s.padding, 4 * column - s.padding, zeros, pixel);
    for (const auto& line : pixel) {  // of the next tile
      for (index_t q = 2; q < 6; ++q) fetch_square(line[q] + 4 * s.c, 1, 1, 0, 0, std::min<index_t>(s.c, 64));
    }
    for_packs<T>(s.c, [&](index_t j, auto lanes) {
      transform<input_line, T>([&](int r, int q) { return f(load_pack(pixel[r][q] + j, lanes)); },
                               [&](int r, int q, const pack<T>& v) { store_pack(to + (6 * r + q) * at.matrix + j, v); });
    });
  }
}

/// Filters [begin, begin + columns) of an output's tiles, Aᵀ m A.
template <scalar T, light_function F>
void transform_output(const convolution_shape& s, const T* from, transformed_layout at, index_t first, index_t count, index_t begin,
                      index_t columns, const epilogue<T, F>& finish, T* y) {
  const tiling tiles(s);
  const index_t oh = s.oh(), ow = s.ow();
  for (index_t t = first; t < first + count; ++t, from += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows * 4, column = t % tiles.columns * 4;
    const index_t corner  = ((image * oh + row) * ow + column) * s.f + begin;
    const index_t rows_in = std::min<index_t>(4, oh - row), columns_in = std::min<index_t>(4, ow - column);
    const bool whole   = rows_in == 4 && columns_in == 4;
    const index_t next = corner + 4 * s.f;  // of the next tile
    fetch_square<true>(static_cast<const T*>(y) + next, rows_in, columns_in, ow * s.f, s.f, columns);
    if constexpr (!std::same_as<F, unchanged>) fetch_square(finish.input + next, rows_in, columns_in, ow * s.f, s.f, columns);
    if (finish.addend != nullptr) fetch_square(finish.addend + next, rows_in, columns_in, ow * s.f, s.f, columns);
    for_packs<T>(columns, [&](index_t j, auto lanes) {
      const pack<T> shift = finish.shift(begin + j, lanes);
      transform<output_line, T>([&](int r, int q) { return load_pack(from + (6 * r + q) * at.matrix + j); },
                                [&](int r, int q, const pack<T>& v) {
                                  if (!whole && (r >= rows_in || q >= columns_in)) return;
                                  const index_t element = corner + (r * ow + q) * s.f + j;
                                  store_pack(y + element, finish(v + shift, element, lanes), lanes);
                                });
    });
  }
}

/// Filters [begin, begin + columns) of tiles of the output's gradient, A dY Aᵀ.
template <scalar T>
void transform_output_gradient(const convolution_shape& s, const T* dy, index_t first, index_t count, index_t begin, index_t columns,
                               const T* zeros, T* to, transformed_layout at) {
  const tiling tiles(s);
  const T* pixel[4][4];
  for (index_t t = first; t < first + count; ++t, to += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows, column = t % tiles.columns;
    pixels_of_square(dy + image * s.oh() * s.ow() * s.f + begin, s.oh(), s.ow(), s.f, 4 * row, 4 * column, zeros, pixel);
    for_packs<T>(columns, [&](index_t j, auto lanes) {
      transform<output_gradient_line, T>([&](int r, int q) { return load_pack(pixel[r][q] + j, lanes); },
                                         [&](int r, int q, const pack<T>& v) { store_pack(to + (6 * r + q) * at.matrix + j, v); });
    });
  }
}

/// Weights of one input channel and up to a pack of filters, G g Gᵀ: load(a, b) → to[36] at distances of `matrix`.
template <scalar T, class Load>
inline void transform_weight(Load load, T* to, index_t matrix) {
  transform<weight_line, T>(load, [&](int r, int q, const pack<T>& v) { store_pack(to + (6 * r + q) * matrix, v); });
}

/// Adds Gᵀ u G to the gradient of the weights of one input channel and up to a pack of filters: dw at distances of `pixel`.
template <scalar T>
inline void add_weight_gradient(const T* from, index_t matrix, T* dw, index_t pixel, index_t count) {
  transform<weight_gradient_line, T>([&](int r, int q) { return load_pack(from + (6 * r + q) * matrix); },
                                     [&](int r, int q, const pack<T>& v) {
                                       T* const at = dw + (3 * r + q) * pixel;
                                       store_pack(at, load_pack(static_cast<const T*>(at), count) + v, count);
                                     });
}

}  // namespace jem::inline v0::winograd
