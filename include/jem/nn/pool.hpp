// SPDX-License-Identifier: MIT
// Average pooling over windows that do not overlap.
#pragma once

#include <jem/tensor/pooling.hpp>

#include <tuple>

namespace jem::inline v0 {

/// (n, h, w, c) → (n, h / window, w / window, c); h and w have to be multiples of the window.
struct average_pool {
  index_t window = 2;  ///< height and width, ≥ 1

  template <tensor_value X>
  struct cache {
    shape input;
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// Throws std::invalid_argument for an image that windows do not fill.
  template <tensor_value T>
  T forward(const T& x, cache<T>& c) const {
    c.input = x.extents();
    return window_means(x, window);
  }

  /// ∂L/∂y (n, h / window, w / window, c) → ∂L/∂x (n, h, w, c)
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, average_pool*) const {
    return spread_means(dy, window, c.input);
  }
};

}  // namespace jem::inline v0
