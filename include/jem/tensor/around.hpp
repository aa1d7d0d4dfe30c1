// SPDX-License-Identifier: MIT
// Operations before and after a linear map L. They may be done in the passes of L through memory, so that they need none of their own:
//
//     y = L(f(x)) + addend,    ∂L/∂x = f′(x) ⊙ (Lᵀ·∂L/∂y) + addend
//
// `around` is an optional argument of `convolution` and `convolution_input_gradient`, and of a layer's `forward` and `backward`
// (nn/passes.hpp). A layer of your own need not take it: the library then makes separate passes.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/convolution_shape.hpp>
#include <jem/core/fusable.hpp>

namespace jem::inline v0 {

/// The weights of a convolution in the order that the backend's convolutions read fastest, for images of one size: once for the output
/// and once for the input's gradient. They are valid until the weights change. They are empty if the backend has no such order. T is the
/// tensor type of the images.
template <tensor_value T>
struct prepared_weights {
  T forward{};           ///< for the output
  T backward{};          ///< for the input's gradient
  index_t h = 0, w = 0;  ///< height and width of the images

  /// The weights for one direction; null if there are none or if the images have another size.
  const typename T::value_type* of(const T& direction, const convolution_shape& s) const {
    return direction.size() > 0 && s.h == h && s.w == w ? direction.data() : nullptr;
  }
};

/// The operations around a linear map of inputs of type X: a function before it, an addend after it, and prepared weights. The output has
/// type Y, which is X, or the type of the sums of X if they are not to be rounded. In a backward pass Y is X.
template <tensor_value X, fusable F = unchanged, tensor_value Y = X>
struct around {
  F function{};                                  ///< f: applied to each element of the input as it is read
  const Y* addend                    = nullptr;  ///< of the result's extents, or none
  const prepared_weights<X>* weights = nullptr;  ///< prepared from constant weights; null if the weights may change
};

}  // namespace jem::inline v0
