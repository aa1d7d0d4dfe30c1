// SPDX-License-Identifier: MIT
// The terms that a convolution adds to its products in the same pass through memory:
//
//     y = f(x) ⋆ w + bias + addend,    ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend
#pragma once

#include <jem/core/fusable.hpp>

namespace jem::inline v0 {

/// The further arguments of a backend's `convolve`, beside images and weights, for y = f(x) ⋆ w + bias + addend. T is an element of the
/// images; P is what their sums are kept in, and parameters.
template <class T, fusable F = unchanged, class P = T>
struct convolution_terms {
  F function{};               ///< f
  const P* bias   = nullptr;  ///< (f), or none
  const T* addend = nullptr;  ///< (n, oh, ow, f), or none
};

/// The further arguments of a backend's `convolve_input_gradient`, beside gradients and weights, for ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend.
template <class T, fusable F = unchanged>
struct gradient_terms {
  F function{};               ///< f
  const T* input  = nullptr;  ///< (n, h, w, c): x, which `unchanged` does not need
  const T* addend = nullptr;  ///< (n, h, w, c), or none
};

}  // namespace jem::inline v0
