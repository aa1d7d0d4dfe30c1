// SPDX-License-Identifier: MIT
// The terms that a convolution adds to its products in the same pass through memory:
//
//     y = f(x) ⋆ w + bias + addend,    ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend
#pragma once

#include <jem/core/fusable.hpp>

namespace jem::inline v0 {

/// The arguments of a backend's `convolve` other than images and weights, for y = f(x) ⋆ w + bias + addend. T is the element type of the
/// images. P is the type of the parameters and of the sums.
template <class T, fusable F = unchanged, class P = T>
struct convolution_terms {
  F function{};               ///< f
  const P* bias   = nullptr;  ///< (f), or none
  const T* addend = nullptr;  ///< (n, oh, ow, f), or none
};

/// The arguments of a backend's `convolve_input_gradient` other than gradients and weights, for ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend.
template <class T, fusable F = unchanged>
struct gradient_terms {
  F function{};               ///< f
  const T* input  = nullptr;  ///< x, (n, h, w, c); not needed if F is `unchanged`
  const T* addend = nullptr;  ///< (n, h, w, c), or none
};

}  // namespace jem::inline v0
