// SPDX-License-Identifier: MIT
// Convolutions of the eigen backend, by the method that choose.hpp chooses for their shape: Winograd's algorithms
// (cpu/winograd/convolve.hpp), or products of windows with weights (direct.hpp). Laid out weights are valid for images of one size
// only.
#pragma once

#include <jem/backend/cpu/convolution/choose.hpp>
#include <jem/backend/cpu/convolution/direct.hpp>
#include <jem/backend/cpu/convolution/direct_gradient.hpp>
#include <jem/backend/cpu/convolution/direct_one_channel.hpp>
#include <jem/backend/cpu/winograd/convolve.hpp>
#include <jem/backend/cpu/winograd/weight_gradient.hpp>
#include <jem/core/convolution_terms.hpp>

#include <utility>

namespace jem::inline v0::eigen_convolution {

/// Numbers of elements of laid out weights, for the output and for the input's gradient of images of type E. 0 if weights are so large that
/// it costs less to transform them again for each convolution (see cpu/winograd/weights.hpp).
template <element E>
constexpr std::pair<index_t, index_t> prepared_sizes(const convolution_shape& s) {
  const auto kept = []<class A>(index_t c, index_t f) {
    return eigen_winograd::worth_keeping(c, f) ? eigen_winograd::weights_size(winograd::points<A>, c, f) : 0;
  };
  index_t forward = 0, backward = 0;
  if (!by_algorithm<E>(forward_method<E>(s), [&]<class A>() { forward = kept.template operator()<A>(s.c, s.f); })) {
    forward = panel_product::panels{s.f}.elements(s.patch());
  }
  const method back = backward_method<E>(s);
  if (back == method::dots) {
    backward = s.kh * s.kw * s.f;
  } else if (!by_backward_algorithm<E>(back, [&]<class A>() { backward = kept.template operator()<A>(s.f, s.c); })) {
    backward = panel_product::panels{s.c}.elements(s.kh * s.kw * s.f);
  }
  return {forward, backward};
}

/// Lays out weights (kh, kw, c, f) for both directions, into as many elements as prepared_sizes says.
template <class Threads, element E, scalar T>
void prepare_weights(const convolution_shape& s, const T* w, T* forward, T* backward) {
  const auto transform = [&]<class A>(bool turned, index_t c, index_t f, T* to) {
    if (eigen_winograd::worth_keeping(c, f)) {
      eigen_winograd::transform_weights<Threads>(eigen_winograd::algorithm_of<A, T>(), {w, turned}, c, f, to);
    }
  };
  if (!by_algorithm<E>(forward_method<E>(s), [&]<class A>() { transform.template operator()<A>(false, s.c, s.f, forward); })) {
    panel_product::lay_out<Threads>(transpose::no, s.patch(), s.f, w, forward);
  }
  const method back = backward_method<E>(s);
  if (back == method::dots) {
    window_product::lay_out_column(s, w, backward);
  } else if (!by_backward_algorithm<E>(back, [&]<class A>() { transform.template operator()<A>(true, s.f, s.c, backward); })) {
    window_product::lay_out_turned_weights<Threads>(s, w, backward);
  }
}

/// y = f(x) ⋆ w + bias + addend by an algorithm of Winograd's; returns false if there is none for the shape. `prepared` has the laid out
/// weights, or is null. Images may be bfloat16; then the weights have to be rounded to bfloat16 before.
template <class Threads, element E, fusable F, scalar T>
bool forward_by_tiles(const convolution_shape& s, const E* x, const T* w, E* y, const T* prepared,
                      const convolution_terms<E, F, T>& terms) {
  const epilogue<T, unchanged, E> finish{.bias = terms.bias, .addend = terms.addend};
  return by_algorithm<E>(forward_method<E>(s), [&]<class A>() {
    eigen_winograd::convolve<Threads>(eigen_winograd::algorithm_of<A, T>(), winograd::forward_mapping(s),
                                      eigen_winograd::read_tiles<A>(x, terms.function), {w, false}, prepared,
                                      eigen_winograd::write_tiles<A>(finish, y));
  });
}

/// y = f(x) ⋆ w + bias + addend. `prepared` has the laid out weights, or is null.
template <class Threads, scalar T, fusable F>
void forward(const convolution_shape& s, const T* x, const T* w, T* y, const T* prepared, const convolution_terms<T, F>& terms) {
  if (forward_by_tiles<Threads>(s, x, w, y, prepared, terms)) return;
  const epilogue<T> finish{.bias = terms.bias, .addend = terms.addend};
  host_storage<T> made(prepared != nullptr ? 0 : panel_product::panels{s.f}.elements(s.patch()));
  if (prepared == nullptr) {
    panel_product::lay_out<Threads>(transpose::no, s.patch(), s.f, w, made.data());
    prepared = made.data();
  }
  window_product::multiply<Threads>(window_product::windows_of(s), x, terms.function, prepared, finish, y);
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y, by an algorithm of Winograd's; returns false if there is none for the shape.
template <class Threads, element E, fusable F, scalar T>
bool input_gradient_by_tiles(const convolution_shape& s, const E* dy, const T* w, E* dx, const T* prepared,
                             const gradient_terms<E, F>& terms) {
  const unchanged itself;
  const epilogue<T, F, E> finish{.input = terms.input, .addend = terms.addend, .function = terms.function};
  return by_backward_algorithm<E>(backward_method<E>(s), [&]<class A>() {
    eigen_winograd::convolve<Threads>(eigen_winograd::algorithm_of<A, T>(), winograd::backward_mapping(s),
                                      eigen_winograd::read_tiles<A>(dy, itself), {w, true}, prepared,
                                      eigen_winograd::write_tiles<A>(finish, dx));
  });
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y.
template <class Threads, scalar T, fusable F>
void input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx, const T* prepared, const gradient_terms<T, F>& terms) {
  if (input_gradient_by_tiles<Threads>(s, dy, w, dx, prepared, terms)) return;
  const epilogue<T, F> finish{.input = terms.input, .addend = terms.addend, .function = terms.function};
  const bool dots = backward_method<T>(s) == method::dots, laid_out = prepared != nullptr;
  host_storage<T> made(laid_out ? 0 : dots ? s.kh * s.kw * s.f : panel_product::panels{s.c}.elements(s.kh * s.kw * s.f));
  if (!laid_out) prepared = made.data();
  if (dots) {
    if (!laid_out) window_product::lay_out_column(s, w, made.data());
    return window_product::input_gradient_by_dots<Threads>(s, dy, prepared, finish, dx);
  }
  if (!laid_out) window_product::lay_out_turned_weights<Threads>(s, w, made.data());
  window_product::input_gradient<Threads>(s, dy, prepared, finish, dx);
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y, by an algorithm of Winograd's; returns false if there is none for the shape.
template <class Threads, element E, scalar T, fusable F>
bool weight_gradient_by_tiles(const convolution_shape& s, const E* x, const T* dy, T* dw, F f) {
  return by_algorithm<E>(weights_method<E>(s), [&]<class A>() {
    eigen_winograd::weight_gradient<Threads>(eigen_winograd::gradient_algorithm_of<A, T>(), winograd::forward_mapping(s),
                                             eigen_winograd::read_tiles<A>(x, f), dy, dw);
  });
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y.
template <class Threads, scalar T, fusable F>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw, F f) {
  if (weight_gradient_by_tiles<Threads>(s, x, dy, dw, f)) return;
  window_product::weight_gradient<Threads>(s, x, f, dy, dw);
}

}  // namespace jem::inline v0::eigen_convolution
