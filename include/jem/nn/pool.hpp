// SPDX-License-Identifier: MIT
// Average pooling over windows that do not overlap, and over whole images.
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/pooling.hpp>

#include <tuple>

namespace jem::inline v0 {

/// (n, h, w, c) → (n, h / window, w / window, c); h and w have to be multiples of the window.
struct average_pool : made_of<> {
  using side = at_least<"average_pool", "window", 1, largest_extent>;  ///< of a window, in pixels

  side window = 2;  ///< height and width, ≥ 1

  average_pool() = default;
  /// Takes the height and width of the windows. Throws std::invalid_argument for less than 1.
  average_pool(side length) : window(length) {}

  template <tensor_value X>
  struct cache {
    shape input;
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// Throws std::invalid_argument if h or w is not a multiple of the window.
  template <tensor_value T>
  T forward(const T& x, cache<T>& c) const {
    c.input = x.extents();
    return window_means(x, window, window);
  }

  /// ∂L/∂y (n, h / window, w / window, c) → ∂L/∂x (n, h, w, c)
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, average_pool*) const {
    return spread_means(dy, window, window, c.input);
  }
};

/// (n, h, w, c) → (n, c): the mean of each channel over images of any size.
struct global_average_pool : made_of<> {
  template <tensor_value X>
  struct cache {
    shape input;
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// Throws std::invalid_argument for other than four axes.
  template <tensor_value T>
  T forward(const T& x, cache<T>& c) const {
    expect_rank("global_average_pool", 4, x.extents());
    c.input = x.extents();
    return window_means(x, c.input[1], c.input[2]).reshaped({c.input[0], c.input[3]});
  }

  /// ∂L/∂y (n, c) → ∂L/∂x (n, h, w, c)
  template <tensor_value T>
  T backward(T dy, cache<T>& c, global_average_pool*) const {
    return spread_means(std::move(dy).reshaped({c.input[0], 1, 1, c.input[3]}), c.input[1], c.input[2], c.input);
  }
};

}  // namespace jem::inline v0
