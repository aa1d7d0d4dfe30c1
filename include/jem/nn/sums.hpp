// SPDX-License-Identifier: MIT
// The output of a layer as it was summed. Where activations are stored in half as much as weights, logits need not be: a layer may offer
//
//     forward_sums(x, cache): what forward returns before it is rounded;    backward_sums<X>(∂L/∂y, cache, gradient) for such a y
//
// A chain of layers offers it for its last one. Elsewhere outputs are rounded, and widened.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/tensor/elementwise.hpp>

#include <utility>

namespace jem::inline v0 {

/// A layer that returns sums and is given their gradient.
template <class L, class X>
concept returns_sums = requires(const L& f, X x, const sums_of<X>& dy, typename L::template cache<X>& c, L* gradient) {
  { f.forward_sums(std::move(x), c) } -> std::same_as<sums_of<X>>;
  { f.template backward_sums<X>(dy, c, gradient) } -> std::same_as<X>;
};

/// f(x), in the type that it was summed in where the layer offers it.
template <class L, tensor_value X>
  requires layer<L, X>
sums_of<X> forward_sums(const L& f, X x, typename L::template cache<X>& c) {
  if constexpr (returns_sums<L, X>) {
    return f.forward_sums(std::move(x), c);
  } else {
    return converted<number_of<X>>(f.forward(std::move(x), c));
  }
}

/// ∂L/∂y of such a y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
template <tensor_value X, layer<X> L>
X backward_sums(const L& f, const sums_of<X>& dy, typename L::template cache<X>& c, L* gradient) {
  if constexpr (returns_sums<L, X>) {
    return f.template backward_sums<X>(dy, c, gradient);
  } else {
    return f.backward(detail::read_as<typename X::value_type>(dy), c, gradient);
  }
}

}  // namespace jem::inline v0
