// SPDX-License-Identifier: MIT
// Products c = a·b with a matrix b that was laid out beforehand in panels of up to 32 columns. A few rows of c at a time are kept in
// registers. Each row of a and c may begin anywhere, and the elements of a row of a are read in up to three nested loops, so that patches
// of an image, tiles of a transform and columns of a transposed matrix are read in place (Goto and van de Geijn 2008,
// doi:10.1145/1356052.1356053, without packing a). Each element of c is one chain of multiply-adds in a fixed order, so its bits depend
// neither on blocks nor on threads.
#pragma once

#include <jem/backend/cpu/simd.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace jem::inline v0::panel_product {

/// The division of a matrix of `columns` columns into panels: panel p has columns [p·width, (p + 1)·width) of all rows, and zeros after the
/// last column. The width is 32, or 16 for up to 16 columns.
struct panels {
  index_t columns;

  constexpr index_t width() const { return columns <= 16 ? 16 : 32; }
  constexpr index_t count() const { return (columns + width() - 1) / width(); }
  constexpr index_t columns_of(index_t panel) const { return (std::min)(width(), columns - panel * width()); }
  constexpr index_t elements(index_t rows) const { return count() * width() * rows; }
};

/// Writes op(b) (k, n) in panels (panels, k, width), with zeros after the last column. At the end of a row a whole pack is read and its
/// rest is set to zero, if memory of the matrix continues there: to read a part of a pack takes as long as a dozen whole ones.
template <class Threads, scalar T>
void lay_out(transpose tb, index_t k, index_t n, const T* b, T* to) {
  constexpr index_t lanes = pack_width<T>;
  const panels cut{n};
  const index_t width = cut.width();
  const auto read     = [b, last = k * n - lanes](index_t at, index_t count) {
    return at <= last ? load_pack(b + at) : load_pack(b + at, count);
  };
  pack<T> places;
  for (index_t i = 0; i < lanes; ++i) places[i] = static_cast<T>(i);
  Threads::blocks(cut.count(), std::max<index_t>(1, Threads::grain / std::max<index_t>(1, k * width)), [=](index_t begin, index_t end) {
    for (index_t panel = begin; panel < end; ++panel) {
      T* const rows = to + panel * k * width;
      for (index_t j = 0; j < width; j += lanes) {
        const index_t column = panel * width + j, columns = std::clamp<index_t>(n - column, 0, lanes);
        const pack<T> cutoff = pack<T>{} + static_cast<T>(columns);
        for (index_t p = 0; tb == transpose::no && p < k; ++p) {
          const pack<T> row = columns > 0 ? read(p * n + column, columns) : pack<T>{};
          store_pack(rows + p * width + j, places < cutoff ? row : pack<T>{});
        }
        for (index_t p = 0; tb == transpose::yes && p < k; p += lanes) {
          pack<T> square[lanes];
          const index_t here = (std::min)(lanes, k - p);
          for (index_t i = 0; i < lanes; ++i) square[i] = i < columns ? read((column + i) * k + p, here) : pack<T>{};
          transpose_packs<T>(square);
          for (index_t i = 0; i < here; ++i) store_pack(rows + (p + i) * width + j, square[i]);
        }
      }
    }
  });
}

/// The order of the elements of a row of a: they are at row + i·outer_step + j·middle_step + k·step, k innermost.
struct walk {
  index_t outer = 1, outer_step = 0, middle = 1, middle_step = 0, inner = 0, step = 1;
};

/// Rows of a product: row i reads a + from[i] and writes c + to[i].
struct row_offsets {
  index_t count;
  const std::int32_t* from;
  const std::int32_t* to;
};

/// The number of rows of a panel that stay in the first-level cache.
inline constexpr index_t depth_in_cache = 192;

/// The number of rows of a tile in registers: two packs for each row, and two more, have to fit into the vector registers.
inline constexpr int most_rows = pack_bytes == 64 ? 8 : 6;

/// Computes Rows × Packs sums in registers. Every loop over them is unrolled at any optimisation level, since otherwise they would be kept
/// in memory.
template <int Rows, int Packs, scalar T>
void tile(const T* a, const std::int32_t* from, const walk& w, const T* b, index_t width, T* c, const std::int32_t* to, index_t columns,
          bool accumulate) {
  constexpr index_t lanes = pack_width<T>;
  const bool whole        = columns >= Packs * lanes;
  const T* row[Rows];
  for (int i = 0; i < Rows; ++i) row[i] = a + from[i];
  pack<T> sum[Rows][Packs];
  const auto each = [](auto f) __attribute__((always_inline)) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 2
      for (int j = 0; j < Packs; ++j) f(i, j);
    }
  };
  each([&](int i, int j) __attribute__((always_inline)) {
    const T* const at = c + to[i] + j * lanes;
    sum[i][j]         = !accumulate ? pack<T>{} : whole ? load_pack(at) : load_pack(at, columns - j * lanes);
  });
  for (index_t i = 0; i < w.outer; ++i) {
    for (index_t j = 0; j < w.middle; ++j) {
      index_t at = i * w.outer_step + j * w.middle_step;
      for (index_t k = 0; k < w.inner; ++k, at += w.step, b += width) {
        pack<T> right[Packs];
#pragma GCC unroll 2
        for (int p = 0; p < Packs; ++p) right[p] = load_pack(b + p * lanes);
        each([&](int r, int p) __attribute__((always_inline)) { sum[r][p] += right[p] * row[r][at]; });
      }
    }
  }
  each([&](int i, int j) __attribute__((always_inline)) {
    T* const at = c + to[i] + j * lanes;
    if (whole) {
      store_pack(at, sum[i][j]);
    } else {
      store_pack(at, sum[i][j], columns - j * lanes);
    }
  });
}

/// c[:, :columns] = a·b, or += if `accumulate`, for one panel of b. Its rows are `width` elements apart, and it has as many rows as the
/// walk has elements.
template <scalar T>
void multiply(const T* a, const row_offsets& rows, const walk& w, const T* b, index_t width, T* c, index_t columns, bool accumulate) {
  constexpr index_t lanes = pack_width<T>;
  for (index_t j = 0; j < columns; j += 2 * lanes) {
    const index_t left = columns - j;
    const auto run     = [&]<int Rows>(std::integral_constant<int, Rows>, index_t i) {
      if (left > lanes) {
        tile<Rows, 2>(a, rows.from + i, w, b + j, width, c + j, rows.to + i, left, accumulate);
      } else {
        tile<Rows, 1>(a, rows.from + i, w, b + j, width, c + j, rows.to + i, left, accumulate);
      }
      return Rows;
    };
    for (index_t i = 0; i < rows.count;) {
      const index_t rest = rows.count - i;
      if (rest >= most_rows) {
        i += run(std::integral_constant<int, most_rows>{}, i);
      } else if (rest >= 4) {
        i += run(std::integral_constant<int, 4>{}, i);
      } else if (rest >= 2) {
        i += run(std::integral_constant<int, 2>{}, i);
      } else {
        i += run(std::integral_constant<int, 1>{}, i);
      }
    }
  }
}

}  // namespace jem::inline v0::panel_product
