// SPDX-License-Identifier: MIT
// Products with few columns or short sums, as a classifier's head has them: there the copies that Eigen makes of both factors cost
// more than the product. Only the right one is copied, into panels.
#pragma once

#include <jem/backend/cpu/gemm/panels.hpp>
#include <jem/backend/memory/host.hpp>

#include <algorithm>
#include <cstdint>

namespace jem::inline v0::narrow_product {

using panel_product::panels;

/// How many products are added up in the elements' own type: the sums of longer ones are cut, and their parts added in wide_t.
inline constexpr index_t longest_sum = index_t{1} << 16;

/// Whether the product of (m, k) and (k, n) is one; a vector's is not. Offsets within sixteen rows are 32-bit numbers.
constexpr bool takes(index_t m, index_t n, index_t k) {
  constexpr index_t few = 16, most = index_t{1} << 26;
  return m >= 4 && n >= 4 && (n <= few ? k >= few && k <= longest_sum && m <= most : k > 0 && k <= few && (std::max)(m, n) <= most);
}

/// c = op(a)·op(b), or +=: a task is sixteen rows of c by eight panels. The same bits for any number of threads.
template <class Threads, scalar T>
void multiply(transpose ta, transpose tb, index_t m, index_t n, index_t k, const T* a, const T* b, bool accumulate, T* c) {
  constexpr index_t rows = 16, together = 8, depth = panel_product::depth_in_cache;  // of a task, and of a sum
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
