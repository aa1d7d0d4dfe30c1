// SPDX-License-Identifier: MIT
// Two-dimensional convolution (cross-correlation, as networks mean it), channels last, with any kernel, stride and padding:
// images (n, h, w, c), weights (kh, kw, c, f), output (n, oh, ow, f). If a backend has `convolve` verbs of its own,
// these do everything in one pass. Otherwise im2col.hpp computes a matrix product of image patches and weights, and function, bias and
// addend take separate passes.
//
// Images may be stored in bfloat16 while weights are floats. Then weights and f(x) are rounded to bfloat16 before they are multiplied;
// sums, bias and addend are floats, and the result is rounded once when it is written:
//
//     y = round(round(f(x)) ⋆ round(w) + bias + addend),    ∂L/∂x = round(f′(x) ⊙ (round(w)ᵀ ⋆ ∂L/∂y) + addend)
//
// Gradients of weights are not rounded. For a backend whose verbs do not take bfloat16, the library computes with copies in float.
#pragma once

#include <jem/core/convolution_shape.hpp>
#include <jem/core/convolution_terms.hpp>
#include <jem/tensor/around.hpp>
#include <jem/tensor/im2col.hpp>
#include <jem/tensor/elementwise.hpp>

#include <concepts>
#include <utility>

namespace jem::inline v0 {

namespace detail {

/// A pointer to the elements of a tensor; null if x is null.
template <class T>
auto* elements_of(const T* x) {
  return x == nullptr ? nullptr : x->data();
}

/// y ← y + bias + addend, in one pass; either may be missing.
template <tensor_value Y, class F, class T>
void add_terms(Y& y, const convolution_terms<T, F, T>& terms) {
  if (terms.bias == nullptr && terms.addend == nullptr) return;
  const index_t channels = y.extent(3);
  T* const to            = y.data();
  const T *const bias = terms.bias, *const addend = terms.addend;
  Y::backend_type::for_each(channels == 0 ? 0 : y.size() / channels, channels, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    T sum = to[pixel * channels + channel];
    if (bias != nullptr) sum += bias[channel];
    if (addend != nullptr) sum += addend[pixel * channels + channel];
    to[pixel * channels + channel] = sum;
  });
}

/// dx ← f′(x) ⊙ dx + addend, in one pass; either may be missing.
template <tensor_value X, class F, class T>
void add_terms(X& dx, const gradient_terms<T, F>& terms) {
  if (std::same_as<F, unchanged> && terms.addend == nullptr) return;
  T* const to          = dx.data();
  const T *const input = terms.input, *const addend = terms.addend;
  const F f = terms.function;
  X::backend_type::for_each(dx.size(), [=] JEM_LAMBDA(index_t i) {
    T slope = to[i];
    if (input != nullptr) slope *= f.derivative(input[i]);
    if (addend != nullptr) slope += addend[i];
    to[i] = slope;
  });
}

/// The elements of a tensor in the type of their sums; an empty tensor if x is null.
template <tensor_value X>
sums_of<X> widened(const X* x) {
  return x == nullptr ? sums_of<X>() : converted<accumulator_t<typename X::value_type>>(*x);
}

/// f(x), or x itself if f is the identity.
template <tensor_like X, class F>
decltype(auto) applied(const F& f, const X& x) {
  if constexpr (std::same_as<F, unchanged>) {
    return (x);
  } else {
    return map(x, f);
  }
}

}  // namespace detail

/// Prepares weights (kh, kw, c, f) for images X of extents (n, h, w, c), for any n, if the backend supports it: the backend says how many
/// elements it needs for the output and for the input's gradient, and fills them. A convolution still needs the weights themselves as
/// well. Throws std::invalid_argument for extents that do not fit each other.
template <tensor_value X, tensor_value W>
  requires summed_in<X, W>
prepared_weights<X> prepare_convolution(const W& w, convolution_geometry geometry, const shape& images) {
  using B                   = typename W::backend_type;
  using E                   = typename X::value_type;
  const convolution_shape s = make_convolution_shape(images, w.extents(), geometry);
  prepared_weights<X> to{.h = s.h, .w = s.w};
  if constexpr (requires {
                  B::template prepared_sizes<E>(s);
                  B::prepare_weights(s, w.data(), to.forward.data(), to.backward.data());
                }) {
    const auto [forward, backward] = B::template prepared_sizes<E>(s);
    to.forward                     = X(shape{forward});
    to.backward                    = X(shape{backward});
    B::prepare_weights(s, w.data(), to.forward.data(), to.backward.data());
  }
  return to;
}

/// y = f(x) ⋆ w + bias + addend: (n, h, w, c) → (n, oh, ow, f) with oh = ⌊(h + 2·padding − kh) / stride⌋ + 1; the bias (f) is left out if
/// it is null. Throws std::invalid_argument for extents that do not fit each other.
template <tensor_like W, summed_in<W> X, fusable F = unchanged>
tensor_of<X> convolution(const X& x, const W& w, convolution_geometry geometry, const tensor_of<W>* bias = nullptr,
                         const around<tensor_of<X>, F>& with = {}) {
  using B                   = typename X::backend_type;
  using E                   = typename X::value_type;
  using P                   = typename W::value_type;
  const convolution_shape s = make_convolution_shape(x.extents(), w.extents(), geometry);
  if (bias != nullptr) expect_shape("convolution: a bias", shape{s.f}, bias->extents());
  if (with.addend != nullptr) expect_shape("convolution: an addend", s.output(), with.addend->extents());
  tensor_of<X> y(s.output());
  [[maybe_unused]] const E* const laid_out = with.weights == nullptr ? nullptr : with.weights->of(with.weights->forward, s);
  const convolution_terms<E, F, P> terms{with.function, detail::elements_of(bias), detail::elements_of(with.addend)};
  if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data(), laid_out, terms); }) {
    B::convolve(s, x.data(), w.data(), y.data(), laid_out, terms);
  } else if constexpr (!std::same_as<E, P>) {
    const auto addend = detail::widened(with.addend);
    const around<tensor_of<W>> wide{.addend = with.addend == nullptr ? nullptr : &addend};
    const auto factors = detail::factors<E>(x, with.function);
    y                  = converted<E>(convolution(factors, detail::factors<E>(w, unchanged{}), geometry, bias, wide));
  } else {
    const auto& input = detail::applied(with.function, x);
    if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data(), laid_out); }) {
      B::convolve(s, input.data(), w.data(), y.data(), laid_out);
    } else if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data()); }) {
      B::convolve(s, input.data(), w.data(), y.data());
    } else {
      detail::convolve_patches<B>(s, input.data(), w.data(), y.data());
    }
    detail::add_terms(y, terms);
  }
  return y;
}

/// f′(x) ⊙ (wᵀ ⋆ dy) + addend: ∂L/∂x (n, h, w, c), given dy = ∂L/∂y (n, oh, ow, f) and the extents of x. x itself is needed only if f is
/// not `unchanged`. Throws std::invalid_argument for extents that do not fit each other.
template <tensor_like W, summed_in<W> Y, fusable F = unchanged>
tensor_of<Y> convolution_input_gradient(const Y& dy, const W& w, convolution_geometry geometry, const shape& input,
                                        const tensor_of<Y>* x = nullptr, const around<tensor_of<Y>, F>& with = {}) {
  using B                   = typename Y::backend_type;
  using E                   = typename Y::value_type;
  const convolution_shape s = make_convolution_shape(input, w.extents(), geometry);
  expect_shape("convolution_input_gradient", s.output(), dy.extents());
  if constexpr (std::same_as<F, unchanged>) {
    x = nullptr;  // it is not needed, and may point to a tensor that no longer exists
  } else {
    expect_shape("convolution_input_gradient: x", input, x == nullptr ? shape{} : x->extents());
  }
  if (with.addend != nullptr) expect_shape("convolution_input_gradient: an addend", input, with.addend->extents());
  tensor_of<Y> dx(input);
  [[maybe_unused]] const E* const laid_out = with.weights == nullptr ? nullptr : with.weights->of(with.weights->backward, s);
  const gradient_terms<E, F> terms{with.function, detail::elements_of(x), detail::elements_of(with.addend)};
  if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out, terms); }) {
    B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out, terms);
  } else if constexpr (!std::same_as<E, typename W::value_type>) {
    const auto wide_x = detail::widened(x), addend = detail::widened(with.addend);
    const around<tensor_of<W>, F> wide{with.function, with.addend == nullptr ? nullptr : &addend};
    const auto slope = converted<typename W::value_type>(dy);
    dx               = converted<E>(convolution_input_gradient(slope, detail::factors<E>(w, unchanged{}), geometry, input, &wide_x, wide));
  } else {
    if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out); }) {
      B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out);
    } else if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data()); }) {
      B::convolve_input_gradient(s, dy.data(), w.data(), dx.data());
    } else {
      detail::convolve_patches_input_gradient<B>(s, dy.data(), w.data(), dx.data());
    }
    detail::add_terms(dx, terms);
  }
  return dx;
}

/// dw ← dw + ∂L/∂w (kh, kw, c, f) of f(x) ⋆ w, given dy = ∂L/∂y (n, oh, ow, f).
template <tensor_value W, summed_in<W> X, compatible<X> Y, fusable F = unchanged>
void add_convolution_weight_gradient(W& dw, const X& x, const Y& dy, convolution_geometry geometry, F f = {}) {
  using B                   = typename W::backend_type;
  using E                   = typename X::value_type;
  using P                   = typename W::value_type;
  const convolution_shape s = make_convolution_shape(x.extents(), dw.extents(), geometry);
  expect_shape("convolution_weight_gradient", s.output(), dy.extents());
  if constexpr (requires { B::convolve_weight_gradient(s, x.data(), dy.data(), dw.data(), f); }) {
    B::convolve_weight_gradient(s, x.data(), dy.data(), dw.data(), f);
  } else if constexpr (!std::same_as<E, P>) {
    add_convolution_weight_gradient(dw, detail::factors<E>(x, f), converted<P>(dy), geometry);
  } else {
    const auto& input = detail::applied(f, x);
    if constexpr (requires { B::convolve_weight_gradient(s, x.data(), dy.data(), dw.data()); }) {
      B::convolve_weight_gradient(s, input.data(), dy.data(), dw.data());
    } else {
      detail::convolve_patches_weight_gradient<B>(s, input.data(), dy.data(), dw.data());
    }
  }
}

}  // namespace jem::inline v0
