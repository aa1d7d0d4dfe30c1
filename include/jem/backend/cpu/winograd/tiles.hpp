// SPDX-License-Identifier: MIT
// Winograd's minimal filtering of images: a tile of outputs from a tile of inputs with a fraction of the multiplications,
//
//     Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A,   and for the gradient of g, its transpose,   dg = Gᵀ[(Bᵀ d B) ⊙ (A dY Aᵀ)]G,
//
// with the one-dimensional transforms of stride_1.hpp and stride_2.hpp, one along an image's columns and one along its rows. Each
// transform is computed for one pack of channels after the other.
#pragma once

#include <jem/backend/cpu/epilogue.hpp>
#include <jem/backend/cpu/simd.hpp>
#include <jem/backend/cpu/winograd/stride_1.hpp>
#include <jem/backend/cpu/winograd/stride_2.hpp>
#include <jem/core/convolution_shape.hpp>

#include <algorithm>
#include <utility>

namespace jem::inline v0::winograd {

/// The extents that an algorithm maps: images (n, h, w, c) to (n, oh, ow, f). The first tile of inputs begins `before` pixels before the
/// first pixel.
struct mapping {
  index_t n, h, w, c;
  index_t oh, ow, f;
  index_t before;
};

/// The mapping of a convolution with stride 1, or with stride 2 and padding 1.
constexpr mapping forward_mapping(const convolution_shape& s) { return {s.n, s.h, s.w, s.c, s.oh(), s.ow(), s.f, s.padding}; }

/// The mapping that gives the gradient of its input; `before` may be negative.
constexpr mapping backward_mapping(const convolution_shape& s) {
  return {s.n, s.oh(), s.ow(), s.f, s.h, s.w, s.c, s.stride == 1 ? s.kh - 1 - s.padding : s.kh - 3};
}

/// The number of products of a tile for one channel and filter, which are called its points.
template <class A>
inline constexpr index_t points = index_t{A::down::products} * A::across::products;

/// D·tile·Aᵀ for one pack of channels, where Down applies D and Across applies A. load(row, column) returns a pack of the tile, and
/// store(row, column, pack) receives the results.
template <template <class> class Down, template <class> class Across, scalar T, class Load, class Store>
[[gnu::always_inline]] inline void transform(Load load, Store store) {
  pack<T> half[Down<T>::out][Across<T>::in];
  for (int s = 0; s < Across<T>::in; ++s) {
    Down<T>{}([&](int r) { return load(r, s); }, [&](int r, const pack<T>& v) { half[r][s] = v; });
  }
  for (int r = 0; r < Down<T>::out; ++r) {
    Across<T>{}([&](int s) { return half[r][s]; }, [&](int s, const pack<T>& v) { store(r, s, v); });
  }
}

/// How an image is cut into tiles of outputs; the last ones may reach over its edge.
template <class A>
struct tiling {
  index_t n, rows, columns;

  constexpr explicit tiling(const mapping& s) : n(s.n), rows(tiles(s.oh, A::down::out)), columns(tiles(s.ow, A::across::out)) {}
  constexpr index_t count() const { return n * rows * columns; }

 private:
  static constexpr index_t tiles(index_t outputs, index_t side) { return (outputs + side - 1) / side; }
};

/// Pointers to the pixels of a part of an image (h, w, c) that begins at (top, left). For pixels outside the image they point to
/// `zeros` (c).
template <int Rows, int Columns, element T>
void pixels_of_part(const T* image, index_t h, index_t w, index_t c, index_t top, index_t left, const T* zeros,
                    const T* (&pixel)[Rows][Columns]) {
  for (index_t r = 0; r < Rows; ++r) {
    const bool inside  = top + r >= 0 && top + r < h;
    const index_t line = (top + r) * w + left;
    for (index_t s = 0; s < Columns; ++s) pixel[r][s] = inside && left + s >= 0 && left + s < w ? image + (line + s) * c : zeros;
  }
}

/// Copies the last channels of the pixels, `count` of them from `channel` on, and appends zeros to get whole packs. The pointers `pixel`
/// then point to the copies.
template <int Rows, int Columns, element E>
void pad_pixels(const E* (&pixel)[Rows][Columns], index_t channel, index_t count,
                E (&copies)[Rows][Columns][pack_width<accumulator_t<E>>]) {
  for (index_t r = 0; r < Rows; ++r) {
    for (index_t s = 0; s < Columns; ++s) {
      store_pack(copies[r][s], load_pack(pixel[r][s] + channel, count));
      pixel[r][s] = copies[r][s];
    }
  }
}

/// Positions of transformed tiles: the number of point k, tile t and channel j is at k·matrix + t·tile + j. Rows consist of whole packs.
struct transformed_layout {
  index_t matrix, tile;
};

/// Writes Bᵀ d B for tiles [first, first + count), where d is f of the input, rounded to the type of its elements.
template <class A, scalar T, element E, fusable F>
void transform_input(const mapping& s, const E* x, F f, index_t first, index_t count, const E* zeros, T* to, transformed_layout at) {
  using down              = typename A::down;
  using across            = typename A::across;
  constexpr index_t lanes = pack_width<T>;
  const tiling<A> tiles(s);
  const E* pixel[down::in][across::in];
  E padded[down::in][across::in][lanes];
  for (index_t t = first; t < first + count; ++t, to += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows, column = t % tiles.columns;
    pixels_of_part(x + image * s.h * s.w * s.c, s.h, s.w, s.c, down::step * row - s.before, across::step * column - s.before, zeros, pixel);
    for (const auto& line : pixel) {  // prefetches the next tile
      for (index_t q = across::in - across::step; q < across::in; ++q) {
        fetch_square(line[q] + across::step * s.c, 1, 1, 0, 0, std::min<index_t>(s.c, 64));
      }
    }
    for (index_t j = 0; j < s.c; j += lanes) {
      const bool whole = s.c - j >= lanes;
      if (!whole) pad_pixels(pixel, j, s.c - j, padded);
      const index_t from = whole ? j : 0;
      transform<down::template input_line, across::template input_line, T>(
          [&](int r, int q) { return factor_of<E>(f, load_pack(pixel[r][q] + from)); },
          [&](int r, int q, const pack<T>& v) { store_pack(to + (across::products * r + q) * at.matrix + j, v); });
    }
  }
}

/// Writes the epilogue of Aᵀ m A to the output's tiles [first, first + count), for filters [begin, begin + columns).
template <class A, scalar T, fusable F, element E>
void transform_output(const mapping& s, const T* from, transformed_layout at, index_t first, index_t count, index_t begin, index_t columns,
                      const epilogue<T, F, E>& finish, E* y) {
  using down              = typename A::down;
  using across            = typename A::across;
  constexpr index_t lanes = pack_width<T>;
  const tiling<A> tiles(s);
  const index_t line = s.ow * s.f;
  pack<T> kept[down::out][across::out];  // for tiles that reach over an edge, and for incomplete packs of filters
  for (index_t t = first; t < first + count; ++t, from += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows * down::out,
                  column  = t % tiles.columns * across::out;
    const index_t corner  = (image * s.oh + row) * line + column * s.f + begin;
    const index_t rows_in = std::min<index_t>(down::out, s.oh - row), columns_in = std::min<index_t>(across::out, s.ow - column);
    const bool inside  = rows_in == down::out && columns_in == across::out;
    const index_t next = corner + across::out * s.f;  // the first pixel of the next tile
    fetch_square<true>(static_cast<const E*>(y) + next, rows_in, columns_in, line, s.f, columns);
    if constexpr (!std::same_as<F, unchanged>) fetch_square(finish.input + next, rows_in, columns_in, line, s.f, columns);
    if (finish.addend != nullptr) fetch_square(finish.addend + next, rows_in, columns_in, line, s.f, columns);
    for (index_t j = 0; j < columns; j += lanes) {
      const index_t here  = (std::min)(lanes, columns - j);
      const pack<T> shift = finish.shift(begin + j, here);
      const bool whole    = inside && here == lanes;
      const auto write    = [&](index_t r, index_t q, const pack<T>& v, auto width) __attribute__((always_inline)) {
        const index_t element = corner + r * line + q * s.f + j;
        store_pack(y + element, finish(v, element, width), width);
      };
      transform<down::template output_line, across::template output_line, T>(
          [&](int r, int q) { return load_pack(from + (across::products * r + q) * at.matrix + j); },
          [&](int r, int q, const pack<T>& v) {
            if (whole) {
              write(r, q, v + shift, std::integral_constant<index_t, lanes>{});
            } else {
              kept[r][q] = v + shift;
            }
          });
      for (index_t r = 0; !whole && r < rows_in; ++r) {
        for (index_t q = 0; q < columns_in; ++q) write(r, q, kept[r][q], here);
      }
    }
  }
}

/// Writes A dY Aᵀ for tiles [first, first + count) of the output's gradient dY, for filters [begin, begin + columns).
template <class A, scalar T>
void transform_output_gradient(const mapping& s, const T* dy, index_t first, index_t count, index_t begin, index_t columns, const T* zeros,
                               T* to, transformed_layout at) {
  using down              = typename A::down;
  using across            = typename A::across;
  constexpr index_t lanes = pack_width<T>;
  const tiling<A> tiles(s);
  const T* pixel[down::out][across::out];
  T padded[down::out][across::out][lanes];
  for (index_t t = first; t < first + count; ++t, to += at.tile) {
    const index_t image = t / (tiles.rows * tiles.columns), row = t / tiles.columns % tiles.rows, column = t % tiles.columns;
    pixels_of_part(dy + image * s.oh * s.ow * s.f + begin, s.oh, s.ow, s.f, down::out * row, across::out * column, zeros, pixel);
    for (index_t j = 0; j < columns; j += lanes) {
      const bool whole = columns - j >= lanes;
      if (!whole) pad_pixels(pixel, j, columns - j, padded);
      const index_t from = whole ? j : 0;
      transform<down::template output_gradient_line, across::template output_gradient_line, T>(
          [&](int r, int q) { return load_pack(pixel[r][q] + from); },
          [&](int r, int q, const pack<T>& v) { store_pack(to + (across::products * r + q) * at.matrix + j, v); });
    }
  }
}

/// Writes G g Gᵀ of the weights g of one input channel and up to a pack of filters. load(a, b) returns tap (a, b). The results for
/// consecutive points are `matrix` elements apart.
template <class A, scalar T, class Load>
inline void transform_weight(Load load, T* to, index_t matrix) {
  using down   = typename A::down;
  using across = typename A::across;
  transform<down::template weight_line, across::template weight_line, T>(
      load, [&](int r, int q, const pack<T>& v) { store_pack(to + (across::products * r + q) * matrix, v); });
}

/// Adds Gᵀ u G to the gradient dw of the weights of one input channel and up to a pack of filters. The taps of dw are `pixel` elements
/// apart.
template <class A, scalar T>
inline void add_weight_gradient(const T* from, index_t matrix, T* dw, index_t pixel, index_t count) {
  using down   = typename A::down;
  using across = typename A::across;
  pack<T> sums[A::taps][A::taps];
  transform<down::template weight_gradient_line, across::template weight_gradient_line, T>(
      [&](int r, int q) { return load_pack(from + (across::products * r + q) * matrix); },
      [&](int r, int q, const pack<T>& v) { sums[r][q] = v; });
  for (index_t i = 0; i < A::taps * A::taps; ++i) {
    T* const at = dw + i * pixel;
    store_pack(at, load_pack(static_cast<const T*>(at), count) + sums[i / A::taps][i % A::taps], count);
  }
}

}  // namespace jem::inline v0::winograd
