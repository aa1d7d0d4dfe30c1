// SPDX-License-Identifier: MIT
// Two-dimensional convolution (cross-correlation, as networks mean it), channels last, with any kernel, stride and padding:
// images (n, h, w, c), weights (kh, kw, c, f), output (n, oh, ow, f). The one implementation here lays out patches as a
// matrix over a backend's gemm, some images at a time; a backend that has `convolve` verbs of its own is asked instead.
#pragma once

#include <jem/core/convolution_shape.hpp>
#include <jem/tensor/elementwise.hpp>

#include <algorithm>

namespace jem::inline v0 {

namespace detail {

/// Images whose patches are laid out at a time, and at least one: as many as make 2²² elements, or as the backend says.
template <class Backend>
constexpr index_t images_at_a_time(const convolution_shape& s) {
  index_t most = index_t{1} << 22;
  if constexpr (requires { Backend::patch_elements; }) most = Backend::patch_elements;
  return std::clamp<index_t>(most / std::max<index_t>(1, s.oh() * s.ow() * s.patch()), 1, std::max<index_t>(1, s.n));
}

/// The same convolution on fewer images.
constexpr convolution_shape with_images(convolution_shape s, index_t n) {
  s.n = n;
  return s;
}

/// (n, h, w, c) → patches (n·oh·ow, kh·kw·c), zero outside the image.
template <class Backend, scalar T>
void lay_out_patches(const convolution_shape& s, const T* x, T* patches) {
  Backend::for_each(s.pixels() * s.kh, s.kw * s.c, [=] JEM_LAMBDA(index_t row, index_t j) {
    const index_t pixel = row / s.kh, a = row % s.kh, b = j / s.c;
    const index_t image           = pixel / (s.oh() * s.ow());
    const index_t ih              = pixel / s.ow() % s.oh() * s.stride - s.padding + a;
    const index_t iw              = pixel % s.ow() * s.stride - s.padding + b;
    const bool inside             = ih >= 0 && ih < s.h && iw >= 0 && iw < s.w;
    patches[row * s.kw * s.c + j] = inside ? x[((image * s.h + ih) * s.w + iw) * s.c + j % s.c] : T{};
  });
}

/// The transpose of lay_out_patches: each pixel collects from the patches that it is part of.
template <class Backend, scalar T>
void collect_patches(const convolution_shape& s, const T* patches, T* dx) {
  Backend::for_each(s.n * s.h * s.w, s.c, [=] JEM_LAMBDA(index_t pixel, index_t channel) {
    const index_t image = pixel / (s.h * s.w), ih = pixel / s.w % s.h + s.padding, iw = pixel % s.w + s.padding;
    T sum{};
    for (index_t a = 0; a < s.kh; ++a) {
      for (index_t b = 0; b < s.kw; ++b) {
        const index_t y = ih - a, x = iw - b;
        if (y < 0 || x < 0 || y % s.stride != 0 || x % s.stride != 0 || y / s.stride >= s.oh() || x / s.stride >= s.ow()) continue;
        sum += patches[(((image * s.oh() + y / s.stride) * s.ow() + x / s.stride) * s.kh * s.kw + a * s.kw + b) * s.c + channel];
      }
    }
    dx[pixel * s.c + channel] = sum;
  });
}

/// f(images of this part, first image), for parts whose patches fit.
template <class Backend, class F>
void for_parts(const convolution_shape& s, F f) {
  const index_t size = images_at_a_time<Backend>(s);
  for (index_t first = 0; first < s.n; first += size) f(with_images(s, std::min(size, s.n - first)), first);
}

}  // namespace detail

/// Weights laid out as a backend's convolutions like to read them while they stand still, for either direction; empty where it
/// does not care.
template <tensor_value T>
struct prepared_weights {
  T forward{};   ///< for the output
  T backward{};  ///< for the input's gradient
};

/// Lays out weights (kh, kw, c, f), if the backend has a use for it: a backend tells how many elements it wants for either direction,
/// and fills them. The weights themselves have to be at hand, too, when it convolves.
template <tensor_value W>
prepared_weights<W> prepare_convolution(const W& w, [[maybe_unused]] convolution_geometry geometry) {
  using B = typename W::backend_type;
  prepared_weights<W> to;
  if constexpr (requires { B::prepared_sizes(w.extents(), geometry); }) {
    const auto [forward, backward] = B::prepared_sizes(w.extents(), geometry);
    to                             = {W(shape{forward}), W(shape{backward})};
    B::prepare_weights(w.extents(), geometry, w.data(), to.forward.data(), to.backward.data());
  }
  return to;
}

/// x ⋆ w: (n, h, w, c) → (n, oh, ow, f) with oh = ⌊(h + 2·padding − kh) / stride⌋ + 1.
template <tensor_like X, compatible<X> W>
tensor_of<X> convolution(const X& x, const W& w, convolution_geometry geometry,
                         [[maybe_unused]] const prepared_weights<tensor_of<X>>& prepared = {}) {
  using T                   = typename X::value_type;
  using B                   = typename X::backend_type;
  const convolution_shape s = make_convolution_shape(x.extents(), w.extents(), geometry);
  tensor_of<X> y(s.output());
  if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data(), prepared.forward.data()); }) {
    B::convolve(s, x.data(), w.data(), y.data(), prepared.forward.data());
  } else if constexpr (requires { B::convolve(s, x.data(), w.data(), y.data()); }) {
    B::convolve(s, x.data(), w.data(), y.data());
  } else {
    typename B::template storage<T> patches(detail::images_at_a_time<B>(s) * s.oh() * s.ow() * s.patch());
    detail::for_parts<B>(s, [&](const convolution_shape& part, index_t first) {
      detail::lay_out_patches<B>(part, x.data() + first * s.h * s.w * s.c, patches.data());
      B::gemm(transpose::no, transpose::no, part.pixels(), s.f, s.patch(), T{1}, static_cast<const T*>(patches.data()), w.data(), T{0},
              y.data() + first * s.oh() * s.ow() * s.f);
    });
  }
  return y;
}

/// ∂L/∂x (n, h, w, c), given dy = ∂L/∂y (n, oh, ow, f) and the extents of x.
template <tensor_like Y, compatible<Y> W>
tensor_of<Y> convolution_input_gradient(const Y& dy, const W& w, convolution_geometry geometry, const shape& input,
                                        [[maybe_unused]] const prepared_weights<tensor_of<Y>>& prepared = {}) {
  using T                   = typename Y::value_type;
  using B                   = typename Y::backend_type;
  const convolution_shape s = make_convolution_shape(input, w.extents(), geometry);
  expect_shape("convolution_input_gradient", s.output(), dy.extents());
  tensor_of<Y> dx(input);
  if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), prepared.backward.data()); }) {
    B::convolve_input_gradient(s, dy.data(), w.data(), dx.data(), prepared.backward.data());
  } else if constexpr (requires { B::convolve_input_gradient(s, dy.data(), w.data(), dx.data()); }) {
    B::convolve_input_gradient(s, dy.data(), w.data(), dx.data());
  } else {
    typename B::template storage<T> patches(detail::images_at_a_time<B>(s) * s.oh() * s.ow() * s.patch());
    detail::for_parts<B>(s, [&](const convolution_shape& part, index_t first) {
      B::gemm(transpose::no, transpose::yes, part.pixels(), s.patch(), s.f, T{1}, dy.data() + first * s.oh() * s.ow() * s.f, w.data(), T{0},
              patches.data());
      detail::collect_patches<B>(part, static_cast<const T*>(patches.data()), dx.data() + first * s.h * s.w * s.c);
    });
  }
  return dx;
}

/// dw ← dw + ∂L/∂w (kh, kw, c, f), given dy = ∂L/∂y (n, oh, ow, f).
template <tensor_value W, compatible<W> X, compatible<W> Y>
void add_convolution_weight_gradient(W& dw, const X& x, const Y& dy, convolution_geometry geometry) {
  using T                   = typename W::value_type;
  using B                   = typename W::backend_type;
  const convolution_shape s = make_convolution_shape(x.extents(), dw.extents(), geometry);
  expect_shape("convolution_weight_gradient", s.output(), dy.extents());
  if constexpr (requires { B::convolve_weight_gradient(s, x.data(), dy.data(), dw.data()); }) {
    B::convolve_weight_gradient(s, x.data(), dy.data(), dw.data());
  } else {
    typename B::template storage<T> patches(detail::images_at_a_time<B>(s) * s.oh() * s.ow() * s.patch());
    detail::for_parts<B>(s, [&](const convolution_shape& part, index_t first) {
      detail::lay_out_patches<B>(part, x.data() + first * s.h * s.w * s.c, patches.data());
      B::gemm(transpose::yes, transpose::no, s.patch(), s.f, part.pixels(), T{1}, static_cast<const T*>(patches.data()),
              dy.data() + first * s.oh() * s.ow() * s.f, T{1}, dw.data());
    });
  }
}

}  // namespace jem::inline v0
