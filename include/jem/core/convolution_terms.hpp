// SPDX-License-Identifier: MIT
// What a convolution does beside its products, so that no element passes through memory for it again:
//
//     y = f(x) ⋆ w + bias + addend,    ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend
#pragma once

#include <jem/core/concepts.hpp>

#include <type_traits>

namespace jem::inline v0 {

/// A function with a derivative that may be applied wherever an element is read: so cheap that it does not matter how often, 0 at
/// 0, since padding is no element, and written for numbers and for packs of them alike (vector types of the compiler: arithmetic,
/// comparisons, ?: and `filled`). A function says so by `static constexpr bool light = true`; silence means no.
template <class F>
concept light_function = requires { requires F::light; };

/// A number, or a pack of them.
template <class V>
constexpr V filled(double value) {
  if constexpr (std::is_arithmetic_v<V>) {
    return static_cast<V>(value);
  } else {
    return V{} + static_cast<std::remove_cvref_t<decltype(V{}[0])>>(value);
  }
}

/// x
struct unchanged {
  static constexpr bool light = true;  ///< see light_function

  template <class V>
  constexpr V operator()(V x) const {
    return x;
  }
  /// 1
  template <class V>
  constexpr V derivative(V) const {
    return filled<V>(1);
  }
};

/// Beside the products of y = f(x) ⋆ w + bias + addend. T is a tensor of the images, and for the verbs of a backend an element; P is
/// what their sums are kept in, and parameters.
template <class T, light_function F = unchanged, class P = T>
struct convolution_terms {
  F function{};               ///< f
  const P* bias   = nullptr;  ///< (f), or none
  const T* addend = nullptr;  ///< (n, oh, ow, f), or none
};

/// Beside the products of ∂L/∂x = f′(x) ⊙ (wᵀ ⋆ ∂L/∂y) + addend.
template <class T, light_function F = unchanged>
struct gradient_terms {
  F function{};               ///< f
  const T* input  = nullptr;  ///< (n, h, w, c): x, which `unchanged` does not need
  const T* addend = nullptr;  ///< (n, h, w, c), or none
};

}  // namespace jem::inline v0
