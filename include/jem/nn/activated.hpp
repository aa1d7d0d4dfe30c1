// SPDX-License-Identifier: MIT
// A layer behind an activation, y = layer(a(x)): in one pass where the function is light and the layer takes one, as convolutions
// do, so that neither a(x) nor its gradient is ever in memory and x alone is kept; else one after the other.
#pragma once

#include <jem/core/convolution_terms.hpp>
#include <jem/nn/parameters.hpp>

#include <utility>

namespace jem::inline v0 {

/// A layer that applies a function to its input as it reads it, and adds something to its output as it writes it. It keeps its
/// input itself.
template <class L, class F, class T>
concept takes_function = fusable<F> && requires(const L& f, L* gradient, T& x, typename L::template cache<T>& c, F a) {
  { f.forward_after(a, x, c, &x) } -> std::same_as<T>;
  { f.backward_after(a, x, c, gradient, &x) } -> std::same_as<T>;
  { f.output(x.extents()) } -> std::same_as<shape>;
  { c.input } -> std::same_as<T&>;
};

/// Whether a layer takes the function of an activation.
template <class L, class A, class T>
concept takes_activation = requires(const A& a) { requires takes_function<L, std::remove_cvref_t<decltype(a.function)>, T>; };

/// What both keep; the activation nothing where they are one.
template <class A, class L, tensor_value X>
struct activated_cache {
  typename A::template cache<X> activation;  ///< the activation's
  typename L::template cache<X> layer;       ///< the layer's
};

/// layer(a(x)), + addend unless it is null.
template <class A, class L, tensor_value T>
  requires(layer<A, T> && layer<L, T>)
T forward_activated(const A& a, const L& f, T x, activated_cache<A, L, T>& c, const T* addend = nullptr) {
  if constexpr (takes_activation<L, A, T>) {
    return f.forward_after(a.function, std::move(x), c.layer, addend);
  } else {
    T y = f.forward(a.forward(std::move(x), c.activation), c.layer);
    if (addend != nullptr) add_scaled(y, 1, *addend);
    return y;
  }
}

/// ∂L/∂y → ∂L/∂x, + addend unless it is null; adds ∂L/∂θ to the layer's gradient unless that is null.
template <class A, class L, tensor_value T>
  requires(layer<A, T> && layer<L, T>)
T backward_activated(const A& a, const L& f, const T& dy, activated_cache<A, L, T>& c, L* gradient, const T* addend = nullptr) {
  if constexpr (takes_activation<L, A, T>) {
    return f.backward_after(a.function, dy, c.layer, gradient, addend);
  } else {
    T dx = a.backward(f.backward(dy, c.layer, gradient), c.activation, static_cast<A*>(nullptr));
    if (addend != nullptr) add_scaled(dx, 1, *addend);
    return dx;
  }
}

}  // namespace jem::inline v0
