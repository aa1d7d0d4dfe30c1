// SPDX-License-Identifier: MIT
// Two-dimensional convolution (cross-correlation, as networks mean it), channels last, with any kernel, stride and padding:
// images (n, h, w, c), weights (kh, kw, c, f), output (n, oh, ow, f). A backend that has `convolve` verbs of its own is asked,
// which do everything in one pass; elsewhere patches.hpp stands in, and what goes beside the products takes passes of its own.
//
// Images may be stored in half as much as weights, which are then rounded to multiply, as f(x) is; all else is the weights' type's,
// and rounded once when it is written:
//
//     y = round(round(f(x)) ⋆ round(w) + bias + addend),    ∂L/∂x = round(f′(x) ⊙ (round(w)ᵀ ⋆ ∂L/∂y) + addend)
//
// Gradients of weights are not rounded. A backend without verbs for it computes with copies in the wider type.
#pragma once

#include <jem/core/convolution_shape.hpp>
#include <jem/core/convolution_terms.hpp>
#include <jem/tensor/im2col.hpp>
#include <jem/tensor/rows.hpp>

#include <concepts>
#include <utility>

namespace jem::inline v0 {

namespace detail {

/// A pointer to the elements of a tensor, null for none.
template <class T>
auto* elements_of(const T* x) {
  return x == nullptr ? nullptr : x->data();
}

/// y ← y + bias + addend, in one pass; either may be missing.
template <tensor_value Y, class F>
void add_terms(Y& y, const convolution_terms<Y, F>& terms) {
  if (terms.bias == nullptr && terms.addend == nullptr) return;
  using T                = typename Y::value_type;
  const index_t channels = y.extent(3);
  T* const to            = y.data();
  const T *const bias = elements_of(terms.bias), *const addend = elements_of(terms.addend);
  Y::backend_type::for_each(channels == 0 ? 0 : y.size() / channels, channels, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    T sum = to[pixel * channels + channel];
    if (bias != nullptr) sum += bias[channel];
    if (addend != nullptr) sum += addend[pixel * channels + channel];
    to[pixel * channels + channel] = sum;
  });
}

/// dx ← f′(x) ⊙ dx + addend, in one pass; either may be missing.
template <tensor_value X, class F>
void add_terms(X& dx, const gradient_terms<X, F>& terms) {
  if (std::same_as<F, unchanged> && terms.addend == nullptr) return;
  using T              = typename X::value_type;
  T* const to          = dx.data();
  const T *const input = elements_of(terms.input), *const addend = elements_of(terms.addend);
  const F f = terms.function;
  X::backend_type::for_each(dx.size(), [=] JEM_LAMBDA(index_t i) {
    T slope = to[i];
    if (input != nullptr) slope *= f.derivative(input[i]);
    if (addend != nullptr) slope += addend[i];
    to[i] = slope;
  });
}

/// The elements of a tensor in the type of their sums, none of none.
template <tensor_value X>
sums_of<X> widened(const X* x) {
  return x == nullptr ? sums_of<X>() : converted<accumulator_t<typename X::value_type>>(*x);
}

/// f(x), or x itself where that is unchanged.
template <tensor_like X, class F>
decltype(auto) applied(const F& f, const X& x) {
  if constexpr (std::same_as<F, unchanged>) {
    return (x);
  } else {
    return map(x, f);
  }
}

}  // namespace detail

/// Weights laid out as a backend's convolutions like to read them while they stand still, for images of one size in either direction; empty
/// where it does not care. T holds the images.
template <tensor_value T>
struct prepared_weights {
  T forward{};           ///< for the output
  T backward{};          ///< for the input's gradient
  index_t h = 0, w = 0;  ///< of the images

  /// What was laid out for one direction, null where nothing was or images are of another size.
  const typename T::value_type* of(const T& direction, const convolution_shape& s) const {
    return direction.size() > 0 && s.h == h && s.w == w ? direction.data() : nullptr;
  }
};

/// Lays out weights (kh, kw, c, f) for images X of such extents (n, h, w, c), however many, if the backend has a use for it: a backend
/// tells how many elements it wants for either direction, and fills them. The weights themselves have to be at hand, too, when it
/// convolves. Throws std::invalid_argument for extents that do not fit each other.
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

/// y = f(x) ⋆ w + bias + addend: (n, h, w, c) → (n, oh, ow, f) with oh = ⌊(h + 2·padding − kh) / stride⌋ + 1. Throws
/// std::invalid_argument for extents that do not fit each other.
template <tensor_like W, summed_in<W> X, fusable F = unchanged>
tensor_of<X> convolution(const X& x, const W& w, convolution_geometry geometry,
                         [[maybe_unused]] const prepared_weights<tensor_of<X>>& prepared = {},
                         const convolution_terms<tensor_of<X>, F, tensor_of<W>>& terms   = {}) {
  using B                   = typename X::backend_type;
  using E                   = typename X::value_type;
  using P                   = typename W::value_type;
  const convolution_shape s = make_convolution_shape(x.extents(), w.extents(), geometry);
  if (terms.bias != nullptr) expect_shape("convolution: a bias", shape{s.f}, terms.bias->extents());
  if (terms.addend != nullptr) expect_shape("convolution: an addend", s.output(), terms.addend->extents());
  tensor_of<X> y(s.output());
  [[maybe_unused]] const E* const laid_out = prepared.of(prepared.forward, s);
  const convolution_terms<E, F, P> beside{terms.function, detail::elements_of(terms.bias), detail::elements_of(terms.addend)};
  if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data(), laid_out, beside); }) {
    B::convolve(s, x.data(), w.data(), y.data(), laid_out, beside);
  } else if constexpr (!std::same_as<E, P>) {
    const auto addend = detail::widened(terms.addend);
    const convolution_terms<tensor_of<W>> wide{{}, terms.bias, terms.addend == nullptr ? nullptr : &addend};
    const auto factors = detail::factors<E>(x, terms.function);
    y                  = converted<E>(convolution(factors, detail::factors<E>(w, unchanged{}), geometry, {}, wide));
  } else {
    const auto& input = detail::applied(terms.function, x);
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

/// f′(x) ⊙ (wᵀ ⋆ dy) + addend: ∂L/∂x (n, h, w, c), given dy = ∂L/∂y (n, oh, ow, f) and the extents of x. Throws
/// std::invalid_argument for extents that do not fit each other.
template <tensor_like W, summed_in<W> Y, fusable F = unchanged>
tensor_of<Y> convolution_input_gradient(const Y& dy, const W& w, convolution_geometry geometry, const shape& input,
                                        [[maybe_unused]] const prepared_weights<tensor_of<Y>>& prepared = {},
                                        const gradient_terms<tensor_of<Y>, F>& terms                    = {}) {
  using B                   = typename Y::backend_type;
  using E                   = typename Y::value_type;
  const convolution_shape s = make_convolution_shape(input, w.extents(), geometry);
  expect_shape("convolution_input_gradient", s.output(), dy.extents());
  if constexpr (!std::same_as<F, unchanged>) expect_shape("convolution_input_gradient: x", input, terms.input->extents());
  if (terms.addend != nullptr) expect_shape("convolution_input_gradient: an addend", input, terms.addend->extents());
  tensor_of<Y> dx(input);
  [[maybe_unused]] const E* const laid_out = prepared.of(prepared.backward, s);
  const gradient_terms<E, F> beside{terms.function, detail::elements_of(terms.input), detail::elements_of(terms.addend)};
  if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out, beside); }) {
    B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), laid_out, beside);
  } else if constexpr (!std::same_as<E, typename W::value_type>) {
    using wide_tensor = tensor_of<W>;
    const auto x = std::same_as<F, unchanged> ? wide_tensor() : detail::widened(terms.input), addend = detail::widened(terms.addend);
    const gradient_terms<wide_tensor, F> wide{terms.function, std::same_as<F, unchanged> ? nullptr : &x,
                                              terms.addend == nullptr ? nullptr : &addend};
    const auto slope = converted<typename W::value_type>(dy);
    dx               = converted<E>(convolution_input_gradient(slope, detail::factors<E>(w, unchanged{}), geometry, input, {}, wide));
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
