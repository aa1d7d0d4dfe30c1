// SPDX-License-Identifier: MIT
// Products with a matrix that was laid out beforehand in panels of up to 32 columns: c = a·b, a few rows of c at a time in
// registers. Rows of a and c may lie anywhere and a row of a may be walked in three nested steps, so that patches of an
// image, tiles of a transform and columns of a transposed matrix are read where they are (Goto and van de Geijn 2008,
// doi:10.1145/1356052.1356053, without packing a). Each element is one chain of multiply-adds in a fixed order: neither
// blocks nor threads change a bit.
#pragma once

#include <jem/backend/pack.hpp>

#include <cstdint>
#include <utility>

namespace jem::inline v0::panel_product {

/// A matrix of so many columns as panels: panel p holds columns [32p, 32p + 32) of all rows, zeros behind the last column.
struct panels {
  index_t columns;

  constexpr index_t width() const { return columns <= 16 ? 16 : 32; }
  constexpr index_t count() const { return (columns + width() - 1) / width(); }
  constexpr index_t columns_of(index_t panel) const { return std::min(width(), columns - panel * width()); }
};

/// The elements of a row of a, in order: row + i·outer_step + j·middle_step + k·step.
struct walk {
  index_t outer = 1, outer_step = 0, middle = 1, middle_step = 0, inner = 0, step = 1;
};

/// Rows of a product: row i reads a + from[i] and writes c + to[i].
struct row_offsets {
  index_t count;
  const std::int32_t* from;
  const std::int32_t* to;
};

/// Rows that a tile of registers holds: twice as many packs and two more have to fit.
inline constexpr int most_rows = pack_bytes == 64 ? 8 : 6;

/// Rows × Packs sums in registers. The lambdas unroll whatever the optimisation level.
template <int Rows, int Packs, scalar T>
void tile(const T* a, const std::int32_t* from, const walk& w, const T* b, index_t width, T* c, const std::int32_t* to, index_t columns,
          bool accumulate) {
  using sums                    = std::make_index_sequence<static_cast<std::size_t>(Rows * Packs)>;
  constexpr std::size_t per_row = Packs;
  constexpr index_t lanes       = pack_width<T>;
  const T* row[Rows];
  for (int i = 0; i < Rows; ++i) row[i] = a + from[i];
  pack<T> sum[Rows][Packs];
  const auto read = [&]<std::size_t... I>(std::index_sequence<I...>, auto count) __attribute__((always_inline)) {
    ((sum[I / per_row][I % per_row] = load_pack(c + to[I / per_row] + static_cast<index_t>(I % per_row) * lanes, count(I % per_row))), ...);
  };
  const auto write = [&]<std::size_t... I>(std::index_sequence<I...>, auto count) __attribute__((always_inline)) {
    (store_pack(c + to[I / per_row] + static_cast<index_t>(I % per_row) * lanes, sum[I / per_row][I % per_row], count(I % per_row)), ...);
  };
  const bool whole     = columns >= Packs * lanes;
  const auto all       = [](std::size_t) { return std::integral_constant<index_t, lanes>{}; };
  const auto remaining = [&](std::size_t j) { return columns - static_cast<index_t>(j) * lanes; };
  if (!accumulate) {
    [&]<std::size_t... I>(std::index_sequence<I...>)
        __attribute__((always_inline)) { ((sum[I / per_row][I % per_row] = pack<T>{}), ...); }(sums{});
  } else if (whole) {
    read(sums{}, all);
  } else {
    read(sums{}, remaining);
  }
  for (index_t i = 0; i < w.outer; ++i) {
    for (index_t j = 0; j < w.middle; ++j) {
      index_t at = i * w.outer_step + j * w.middle_step;
      for (index_t k = 0; k < w.inner; ++k, at += w.step, b += width) {
        pack<T> right[Packs];
        [&]<std::size_t... J>(std::index_sequence<J...>) __attribute__((always_inline)) {
          ((right[J] = load_pack(b + static_cast<index_t>(J) * lanes)), ...);
        }(std::make_index_sequence<per_row>{});
        [&]<std::size_t... I>(std::index_sequence<I...>)
            __attribute__((always_inline)) { ((sum[I / per_row][I % per_row] += right[I % per_row] * row[I / per_row][at]), ...); }(sums{});
      }
    }
  }
  if (whole) {
    write(sums{}, all);
  } else {
    write(sums{}, remaining);
  }
}

/// c[:, :columns] = a·b, or += : one panel of b, whose rows are `width` apart, with as many rows as the walk has steps.
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
