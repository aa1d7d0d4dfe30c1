// SPDX-License-Identifier: MIT
// Convolutions by the gemm of any backend, for backends without convolutions of their own. Patches of the images are copied to a matrix,
// for a limited number of images at a time.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/convolution_shape.hpp>
#include <jem/core/platform.hpp>

#include <algorithm>

namespace jem::inline v0 {

namespace detail {

/// The number of images whose patches are laid out at a time: as many as fit into 2²² elements, or into Backend::patch_elements if the
/// backend has it, but at least one.
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

/// The transpose of lay_out_patches: each pixel of dx is the sum of its values in all patches that contain it.
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

/// f(shape of a part of the batch, index of its first image), for parts of images_at_a_time images.
template <class Backend, class F>
void for_parts(const convolution_shape& s, F f) {
  const index_t size = images_at_a_time<Backend>(s);
  for (index_t first = 0; first < s.n; first += size) f(with_images(s, (std::min)(size, s.n - first)), first);
}

/// y = x ⋆ w
template <class Backend, scalar T>
void convolve_patches(const convolution_shape& s, const T* x, const T* w, T* y) {
  typename Backend::template storage<T> patches(images_at_a_time<Backend>(s) * s.oh() * s.ow() * s.patch());
  for_parts<Backend>(s, [&](const convolution_shape& part, index_t first) {
    lay_out_patches<Backend>(part, x + first * s.h * s.w * s.c, patches.data());
    Backend::gemm(transpose::no, transpose::no, part.pixels(), s.f, s.patch(), T{1}, static_cast<const T*>(patches.data()), w, T{0},
                  y + first * s.oh() * s.ow() * s.f);
  });
}

/// dx = wᵀ ⋆ dy
template <class Backend, scalar T>
void convolve_patches_input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx) {
  typename Backend::template storage<T> patches(images_at_a_time<Backend>(s) * s.oh() * s.ow() * s.patch());
  for_parts<Backend>(s, [&](const convolution_shape& part, index_t first) {
    Backend::gemm(transpose::no, transpose::yes, part.pixels(), s.patch(), s.f, T{1}, dy + first * s.oh() * s.ow() * s.f, w, T{0},
                  patches.data());
    collect_patches<Backend>(part, static_cast<const T*>(patches.data()), dx + first * s.h * s.w * s.c);
  });
}

/// dw += xᵀ ⋆ dy
template <class Backend, scalar T>
void convolve_patches_weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw) {
  typename Backend::template storage<T> patches(images_at_a_time<Backend>(s) * s.oh() * s.ow() * s.patch());
  for_parts<Backend>(s, [&](const convolution_shape& part, index_t first) {
    lay_out_patches<Backend>(part, x + first * s.h * s.w * s.c, patches.data());
    Backend::gemm(transpose::yes, transpose::no, s.patch(), s.f, part.pixels(), T{1}, static_cast<const T*>(patches.data()),
                  dy + first * s.oh() * s.ow() * s.f, T{1}, dw);
  });
}

}  // namespace detail

}  // namespace jem::inline v0
