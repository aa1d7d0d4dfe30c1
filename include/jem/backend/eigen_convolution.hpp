// SPDX-License-Identifier: MIT
// Convolutions of the eigen backend: by Winograd's algorithm where kernels are 3×3, the stride is 1 and there are channels enough
// (eigen_winograd.hpp), else as products of windows with weights (window_product.hpp). The choice is a rule in the shape.
#pragma once

#include <jem/backend/eigen_winograd.hpp>
#include <jem/backend/window_product.hpp>

#include <utility>

namespace jem::inline v0::eigen_convolution {

/// The convolution whose output is the input's gradient, for stride 1: its kernel is the turned one, its padding may be negative.
constexpr convolution_shape turned(const convolution_shape& s) {
  return {s.n, s.oh(), s.ow(), s.f, s.kh, s.kw, s.c, 1, s.kh - 1 - s.padding};
}

/// The convolution that weights (kh, kw, c, f) and a geometry belong to, of no image.
constexpr convolution_shape without_images(const shape& weight, convolution_geometry g) {
  return {0, 0, 0, weight[2], weight[0], weight[1], weight[3], g.stride, g.padding};
}

/// Elements of weights that are worth laying out while they stand still, for the output and for the input's gradient: none where they
/// are so large that it costs less to transform them anew each time, see eigen_winograd.hpp.
constexpr std::pair<index_t, index_t> prepared_sizes(const shape& weight, convolution_geometry g) {
  const convolution_shape s = without_images(weight, g);
  const auto size           = [&](index_t c, index_t f) {
    if (!eigen_winograd::takes(s.kh, s.kw, c, s.stride)) return window_product::weights_size(s.kh * s.kw * c, f);
    return eigen_winograd::worth_keeping(c, f) ? eigen_winograd::weights_size(c, f) : 0;
  };
  return {size(s.c, s.f), size(s.f, s.c)};
}

/// Lays them out.
template <class Threads, scalar T>
void prepare_weights(const shape& weight, convolution_geometry g, const T* w, T* forward, T* backward) {
  const convolution_shape s = without_images(weight, g);
  if (!eigen_winograd::takes(s.kh, s.kw, s.c, s.stride)) {
    window_product::lay_out_weights<Threads>(w, s.patch(), s.f, forward);
  } else if (eigen_winograd::worth_keeping(s.c, s.f)) {
    eigen_winograd::transform_weights<Threads>(eigen_winograd::weights<T>{w, false}, s.c, s.f, forward);
  }
  if (!eigen_winograd::takes(s.kh, s.kw, s.f, s.stride)) {
    window_product::lay_out_turned_weights<Threads>(s, w, backward);
  } else if (eigen_winograd::worth_keeping(s.f, s.c)) {
    eigen_winograd::transform_weights<Threads>(eigen_winograd::weights<T>{w, true}, s.f, s.c, backward);
  }
}

/// y = f(x) ⋆ w + bias + addend, with laid out weights unless they are null.
template <class Threads, scalar T, light_function F>
void forward(const convolution_shape& s, const T* x, const T* w, T* y, const T* prepared, const convolution_terms<T, F>& terms) {
  const epilogue<T> finish{.bias = terms.bias, .addend = terms.addend};
  if (eigen_winograd::takes(s)) return eigen_winograd::convolve<Threads>(s, x, terms.function, {w, false}, prepared, finish, y);
  const bool usable = prepared != nullptr && !eigen_winograd::takes(s.kh, s.kw, s.c, s.stride);
  host_storage<T> made(usable ? 0 : window_product::weights_size(s.patch(), s.f));
  if (!usable) window_product::lay_out_weights<Threads>(w, s.patch(), s.f, made.data());
  window_product::multiply<Threads>(window_product::windows_of(s), x, terms.function, usable ? prepared : made.data(), finish, y);
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y.
template <class Threads, scalar T, light_function F>
void input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx, const T* prepared, const gradient_terms<T, F>& terms) {
  const epilogue<T, F> finish{.input = terms.input, .addend = terms.addend, .function = terms.function};
  if (s.stride == 1 && eigen_winograd::takes(turned(s))) {
    return eigen_winograd::convolve<Threads>(turned(s), dy, unchanged{}, {w, true}, prepared, finish, dx);
  }
  const bool usable = prepared != nullptr && !eigen_winograd::takes(s.kh, s.kw, s.f, s.stride);
  host_storage<T> made(usable ? 0 : window_product::weights_size(s.kh * s.kw * s.f, s.c));
  if (!usable) window_product::lay_out_turned_weights<Threads>(s, w, made.data());
  window_product::input_gradient<Threads>(s, dy, usable ? prepared : made.data(), finish, dx);
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y
template <class Threads, scalar T, light_function F>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw, F f) {
  if (eigen_winograd::takes(s)) return eigen_winograd::weight_gradient<Threads>(s, x, f, dy, dw);
  window_product::weight_gradient<Threads>(s, x, f, dy, dw);
}

}  // namespace jem::inline v0::eigen_convolution
