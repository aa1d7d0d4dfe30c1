// SPDX-License-Identifier: MIT
// What is done to ∂E/∂x before a step.
#pragma once

#include <jem/core/math.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

/// Nothing.
struct identity {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  template <tensor_value T>
  void operator()(T&) const {}
};

/// Each element into [−limit, limit]: JEM++ (Yang and Ji 2021, arXiv:2109.09032) takes 1.
struct clip_elements {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  float limit = 1;  ///< > 0

  template <tensor_value T>
  void operator()(T& gradient) const {
    clamp(gradient, -limit, limit);
  }
};

namespace detail {

/// The factor that brings a squared norm down to limit².
template <class V>
struct shrink_to {
  V limit;

  constexpr V operator()(V squared) const { return squared > limit * limit ? limit / math::sqrt(squared) : V(1); }
};

}  // namespace detail

/// Each row, a chain's gradient, to a Euclidean norm of at most `limit`.
struct clip_norm {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  float limit = 1;  ///< > 0

  template <tensor_value T>
  void operator()(T& gradient) const {  // (n, …)
    using V = typename T::value_type;
    scale_rows(gradient, map(row_dots(gradient, gradient), detail::shrink_to<V>{static_cast<V>(limit)}));
  }
};

}  // namespace jem::inline v0
