// SPDX-License-Identifier: MIT
// Loops over whole rows, for backends whose threads each process some rows, and over tiles of rows, for backends on a host with caches: a
// whole computation is done for one tile before the next one, so that the tile stays in the cache.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/platform.hpp>

namespace jem::inline v0 {

/// A backend with the optional verb for_each_row, for loops whose body is itself a loop: each thread of the host processes whole rows.
template <class Backend>
concept runs_rows = requires(index_t n, archetype::index_function f) { Backend::for_each_row(n, n, f); };

/// f(i) for i < n, where each call touches about `work` elements.
template <class Backend, class F>
void for_each_row(index_t n, index_t work, F f) {
  if constexpr (runs_rows<Backend>) {
    Backend::for_each_row(n, work, f);
  } else {
    Backend::for_each(n, f);
  }
}

/// f(i, begin, end) for ranges of columns of each row i: the whole row if the backend has for_each_row, single elements otherwise. It is
/// for loops that make a decision once for each row.
template <class Backend, class F>
void for_each_span(index_t rows, index_t columns, F f) {
  if constexpr (runs_rows<Backend>) {
    Backend::for_each_row(rows, columns, [=] JEM_LAMBDA(index_t i) { f(i, index_t{0}, columns); });
  } else {
    Backend::for_each(rows, columns, [=] JEM_LAMBDA(index_t i, index_t j) { f(i, j, j + 1); });
  }
}

/// A backend that can run f(first, count) for several tiles of rows at the same time. f is host code that calls verbs for the rows of
/// its own tile only.
template <class Backend>
concept runs_tiles = requires(index_t n, archetype::index_function f) { Backend::for_each_tile(n, n, f); };

}  // namespace jem::inline v0
