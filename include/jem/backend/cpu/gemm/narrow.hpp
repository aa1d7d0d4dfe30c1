// SPDX-License-Identifier: MIT
// Products with few columns or short sums, as in a classifier's head. For them the copies that Eigen makes of both factors cost more than
// the product. Here only the right factor is copied, into panels.
#pragma once

#include <jem/backend/cpu/gemm/panels.hpp>
#include <jem/backend/memory/host.hpp>

#include <algorithm>
#include <cstdint>

namespace jem::inline v0::narrow_product {

using panel_product::panels;

/// The largest number of products that are summed in the elements' own type. Longer sums are cut into parts, which are added in wide_t.
inline constexpr index_t longest_sum = index_t{1} << 16;

/// Whether the product of (m, k) and (k, n) has few columns or short sums; false for products with vectors. Sizes are limited, since
/// offsets within sixteen rows are 32-bit numbers.
constexpr bool takes(index_t m, index_t n, index_t k) {
  constexpr index_t few = 16, most = index_t{1} << 26;
  return m >= 4 && n >= 4 && (n <= few ? k >= few && k <= longest_sum && m <= most : k > 0 && k <= few && (std::max)(m, n) <= most);
}

/// c = op(a)·op(b), or += if `accumulate`. A task computes sixteen rows of c in eight panels. The bits are the same for any number of
/// threads.
template <class Threads, scalar T>
void multiply(transpose ta, transpose tb, index_t m, index_t n, index_t k, const T* a, const T* b, bool accumulate, T* c) {
  constexpr index_t rows = 16, together = 8, depth = panel_product::depth_in_cache;  // rows and panels of a task, and depth of a part
  const panels cut{n};
  const index_t width = cut.width(), row = ta == transpose::yes ? 1 : k, step = ta == transpose::yes ? m : 1;
  host_storage<T> made(cut.elements(k));
  panel_product::lay_out<Threads>(tb, k, n, b, made.data());
  const T* const right = made.data();
  const index_t groups = (cut.count() + together - 1) / together;
  Threads::blocks((m + rows - 1) / rows * groups, 1, [=](index_t begin, index_t end) {
    std::int32_t from[rows], to[rows];
    for (index_t i = 0; i < rows; ++i) from[i] = static_cast<std::int32_t>(i * row), to[i] = static_cast<std::int32_t>(i * n);
    for (index_t task = begin; task < end; ++task) {
      const index_t first = task / groups * rows, count = (std::min)(rows, m - first), panel = task % groups * together;
      for (index_t j = panel; j < (std::min)(panel + together, cut.count()); ++j) {
        for (index_t p = 0; p < k; p += depth) {
          panel_product::multiply(a + first * row + p * step, {count, from, to}, {.inner = (std::min)(depth, k - p), .step = step},
                                  right + (j * k + p) * width, width, c + first * n + j * width, cut.columns_of(j), accumulate || p > 0);
        }
      }
    }
  });
}

}  // namespace jem::inline v0::narrow_product
