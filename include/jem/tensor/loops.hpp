// SPDX-License-Identifier: MIT
// Loops over whole rows, for backends whose threads each take some rows, and over tiles of rows that go through a whole computation one
// after the other, for backends on a host with caches.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/platform.hpp>

namespace jem::inline v0 {

/// A backend with an optional verb for loops whose body is a loop itself: threads of a host, each with whole rows.
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

/// f(i, begin, end) for pieces of the columns of each row i: whole rows if the backend runs such, single elements otherwise. For loops
/// that decide something once a row.
template <class Backend, class F>
void for_each_span(index_t rows, index_t columns, F f) {
  if constexpr (runs_rows<Backend>) {
    Backend::for_each_row(rows, columns, [=] JEM_LAMBDA(index_t i) { f(i, index_t{0}, columns); });
  } else {
    Backend::for_each(rows, columns, [=] JEM_LAMBDA(index_t i, index_t j) { f(i, j, j + 1); });
  }
}

/// A backend that can run f(first, count) for tiles of rows at the same time, where f is code of the host that calls verbs for
/// its tile alone.
template <class Backend>
concept runs_tiles = requires(index_t n, archetype::index_function f) { Backend::for_each_tile(n, n, f); };

}  // namespace jem::inline v0
