// SPDX-License-Identifier: MIT
// A layer that makes a vector of each row: (n, …) → (n, d).
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/tensor/tensor.hpp>

#include <tuple>

namespace jem::inline v0 {

struct flatten : made_of<> {
  template <tensor_value X>
  struct cache {
    shape input;
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// (n, …) → (n, d), d = the number of elements of a row
  template <tensor_value T>
  T forward(T x, cache<T>& c) const {
    c.input = x.extents();
    return std::move(x).reshaped({c.input[0], c.input.row_size()});
  }

  /// ∂L/∂y (n, d) → ∂L/∂x (n, …)
  template <tensor_value T>
  T backward(T dy, cache<T>& c, flatten*) const {
    return std::move(dy).reshaped(c.input);
  }
};

}  // namespace jem::inline v0
