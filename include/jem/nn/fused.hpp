// SPDX-License-Identifier: MIT
// A layer after an activation, y = layer(a(x)). If the function is fusable and the layer accepts it, as convolutions do, both are done in
// one pass: neither a(x) nor its gradient is stored, and only x is kept. Otherwise the two run one after the other.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/nn/passes.hpp>

#include <type_traits>
#include <utility>

namespace jem::inline v0 {

/// The function of an activation.
template <class A>
using function_of = std::remove_cvref_t<decltype(std::declval<const A&>().function)>;

/// Whether a layer can apply the function of an activation to its input while it reads it. It then keeps the input of the activation.
template <class L, class A, class T>
concept takes_activation = fusable<function_of<A>> && takes_around<L, T, function_of<A>>;

/// The caches of an activation and of the layer after it. The activation keeps nothing if both are done in one pass.
template <class A, class L, tensor_value X>
struct fused_cache {
  typename A::template cache<X> activation;  ///< the activation's
  typename L::template cache<X> layer;       ///< the layer's
};

/// layer(a(x)), + addend unless it is null.
template <class A, class L, tensor_value T>
  requires(layer<A, T> && layer<L, T>)
T forward_fused(const A& a, const L& f, T x, fused_cache<A, L, T>& c, const T* addend = nullptr) {
  if constexpr (takes_activation<L, A, T>) {
    return f.forward(std::move(x), c.layer, around<T, function_of<A>>{a.function, addend});
  } else {
    return finished(f.forward(a.forward(std::move(x), c.activation), c.layer), around<T>{.addend = addend});
  }
}

/// ∂L/∂y → ∂L/∂x, + addend unless it is null; adds ∂L/∂θ to the layer's gradient unless that is null.
template <class A, class L, tensor_value T>
  requires(layer<A, T> && layer<L, T>)
T backward_fused(const A& a, const L& f, const T& dy, fused_cache<A, L, T>& c, L* gradient, const T* addend = nullptr) {
  if constexpr (takes_activation<L, A, T>) {
    return f.backward(dy, c.layer, gradient, around<T, function_of<A>>{a.function, addend});
  } else {
    const around<T> with{.addend = addend};
    return backward_with(a, f.backward(dy, c.layer, gradient), c.activation, static_cast<A*>(nullptr), with);
  }
}

}  // namespace jem::inline v0
