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

/// Scales each row, the gradient of one chain, to the Euclidean norm 1, so that the step size is the length of a step; a gradient of zeros
/// has no direction, and stays. With it and without noise `sgld` is the ascent of adversarial training, whose step of 0.1 (Yin et al. 2025,
/// arXiv:2510.13872) is for pixels in [0, 1]: 0.2 for [−1, 1].
struct unit_norm {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  template <tensor_value T>
  void operator()(T& gradient) const {  // (n, …)
    normalise_rows(gradient);
  }
};

}  // namespace jem::inline v0
