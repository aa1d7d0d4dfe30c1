// SPDX-License-Identifier: MIT
// Transforms of the gradient ∂E/∂x before each step of a sampler, such as clipping.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/norms.hpp>

namespace jem::inline v0 {

/// Leaves the gradient as it is.
struct identity {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  template <tensor_value T>
  void operator()(T&) const {}
};

/// Clips each element of a gradient to [−limit, limit]; JEM++ (Yang and Ji 2021, arXiv:2109.09032) uses 1.
struct clip_elements {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  positive<"clip_elements", "limit"> limit = 1;  ///< > 0

  template <tensor_value T>
  void operator()(T& gradient) const {
    clamp(gradient, -limit, limit);
  }
};

/// Scales each row, the gradient of one chain, to a Euclidean norm of at most `limit`.
struct clip_norm {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  not_negative<"clip_norm", "limit"> limit = 1;  ///< ≥ 0; 0 makes all gradients 0

  template <tensor_value T>
  void operator()(T& gradient) const {  // (n, …)
    shorten_rows(gradient, limit);
  }
};

}  // namespace jem::inline v0
