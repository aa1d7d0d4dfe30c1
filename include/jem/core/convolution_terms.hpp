// SPDX-License-Identifier: MIT
// What a convolution does beside its products, so that no element passes through memory for it again:
//
//     y = f(x) ⋆ w + bias + addend,    ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend
#pragma once

#include <jem/core/fusable.hpp>

namespace jem::inline v0 {

/// What a backend's `convolve` is given beside images and weights of y = f(x) ⋆ w + bias + addend. T is an element of the images; P is what
/// their sums are kept in, and parameters.
template <class T, fusable F = unchanged, class P = T>
struct convolution_terms {
  F function{};               ///< f
  const P* bias   = nullptr;  ///< (f), or none
  const T* addend = nullptr;  ///< (n, oh, ow, f), or none
};

/// What a backend's `convolve_input_gradient` is given beside gradients and weights of ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend.
template <class T, fusable F = unchanged>
struct gradient_terms {
  F function{};               ///< f
  const T* input  = nullptr;  ///< (n, h, w, c): x, which `unchanged` does not need
  const T* addend = nullptr;  ///< (n, h, w, c), or none
};

}  // namespace jem::inline v0
