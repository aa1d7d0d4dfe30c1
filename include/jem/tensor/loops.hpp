// SPDX-License-Identifier: MIT
// A loop over rows that each do more than a little: a backend that shares work by its amount is told how much a row has.
#pragma once

#include <jem/core/platform.hpp>
#include <jem/core/shape.hpp>

namespace jem::inline v0 {

/// f(i) for i < n, where each call touches about `work` elements.
template <class Backend, class F>
void for_each_row(index_t n, index_t work, F f) {
  if constexpr (requires { Backend::for_each_row(n, work, f); }) {
    Backend::for_each_row(n, work, f);
  } else {
    Backend::for_each(n, f);
  }
}

}  // namespace jem::inline v0
