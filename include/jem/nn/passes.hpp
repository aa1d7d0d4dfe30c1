// SPDX-License-Identifier: MIT
// The two passes of a layer, with the operations around it (tensor/around.hpp), which a layer may take as an optional last argument:
//
//     Y forward(X x, cache<X>& c, const around<X, F, Y>& with = {})            y = L(f(x)) + addend
//     X backward(const Y& dy, cache<X>& c, L* gradient, const around<X, F>& with = {})    ∂L/∂x + addend
//
// for the functions f and the types Y that it supports. The functions of this header do these passes for any layer: operations that a
// layer does not support are done after it. A function f is passed only to a layer that supports it, see fused.hpp.
#pragma once

#include <jem/tensor/around.hpp>
#include <jem/tensor/elementwise.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace jem::inline v0 {

/// The types that a pass over X may return: X, or the type of its sums, so that logits need not be rounded to the type of activations.
template <class Y, class X>
concept stored_or_summed = std::same_as<Y, X> || std::same_as<Y, sums_of<X>>;

/// A layer whose passes take an `around` as their last argument, for inputs of type X and outputs of type Y.
template <class L, class X, class F = unchanged, class Y = X>
concept takes_around = requires(const L& f, X x, const Y& dy, typename L::template cache<X>& c, L* gradient, const around<X, F, Y>& forward,
                                const around<X, F>& backward) {
  { f.forward(std::move(x), c, forward) } -> std::same_as<Y>;
  { f.backward(dy, c, gradient, backward) } -> std::same_as<X>;
};

/// A result, converted to Y, plus the addend: for layers that add it in a separate pass.
template <tensor_value S, tensor_value X, fusable F, stored_or_summed<X> Y>
Y finished(S sums, const around<X, F, Y>& with) {
  Y y = converted<typename Y::value_type>(std::move(sums));
  if (with.addend == nullptr) return y;
  expect_shape("layer: an addend", y.extents(), with.addend->extents());
  add_scaled(y, 1, *with.addend);
  return y;
}

/// f(x) + addend, as a Y.
template <class L, tensor_value X, stored_or_summed<X> Y>
  requires layer<L, X>
Y forward_with(const L& f, X x, typename L::template cache<X>& c, const around<X, unchanged, Y>& with) {
  if constexpr (takes_around<L, X, unchanged, Y>) {
    return f.forward(std::move(x), c, with);
  } else {
    return finished(f.forward(std::move(x), c), with);
  }
}

/// ∂L/∂y → ∂L/∂x + addend; adds ∂L/∂θ to the gradient unless it is null.
template <class L, tensor_value X, class Y>
  requires(layer<L, X> && stored_or_summed<std::remove_cvref_t<Y>, X>)
X backward_with(const L& f, Y&& dy, typename L::template cache<X>& c, L* gradient, const around<X>& with) {
  if constexpr (takes_around<L, X, unchanged, std::remove_cvref_t<Y>>) {
    return f.backward(std::forward<Y>(dy), c, gradient, with);
  } else if constexpr (std::same_as<std::remove_cvref_t<Y>, X>) {
    return finished(f.backward(std::forward<Y>(dy), c, gradient), with);
  } else {
    return finished(f.backward(converted<typename X::value_type>(dy), c, gradient), with);
  }
}

}  // namespace jem::inline v0
