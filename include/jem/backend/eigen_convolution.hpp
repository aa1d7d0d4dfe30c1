// SPDX-License-Identifier: MIT
// Convolutions of the eigen backend, channels last: patches of a block of output pixels are laid out as the rows of a small
// matrix that stays in cache (Chellapilla, Puri and Simard 2006), and one Eigen product takes them to the output.
#pragma once

#include <jem/backend/eigen_product.hpp>
#include <jem/core/convolution_shape.hpp>

#include <algorithm>

namespace jem::inline v0::eigen_convolution {

using eigen_product::for_blocks;

/// Output pixels in a block: some 256 KiB of patches.
constexpr index_t block_pixels(const convolution_shape& s) { return std::clamp<index_t>(65536 / s.patch() / 16 * 16, 16, 512); }

/// The patches of output pixels [first, first + count), row by row: (count, kh·kw·c).
template <scalar T>
void gather_patches(const convolution_shape& s, const T* x, index_t first, index_t count, T* patches) {
  const index_t oh = s.oh(), ow = s.ow(), run = s.kw * s.c;
  for (index_t pixel = first; pixel < first + count; ++pixel, patches += s.patch()) {
    const T* const image = x + pixel / (oh * ow) * s.h * s.w * s.c;
    const index_t top = pixel / ow % oh * s.stride - s.padding, left = pixel % ow * s.stride - s.padding;
    const index_t from = std::clamp<index_t>(-left, 0, s.kw) * s.c, to = std::clamp<index_t>(s.w - left, 0, s.kw) * s.c;
    for (index_t a = 0; a < s.kh; ++a) {
      T* const row = patches + a * run;
      if (top + a < 0 || top + a >= s.h || from >= to) {
        std::fill_n(row, run, T{});
        continue;
      }
      const index_t source = ((top + a) * s.w + left) * s.c;  // may lie before the image; source + j does not
      for (index_t j = 0; j < from; ++j) row[j] = T{};
      for (index_t j = from; j < to; ++j) row[j] = image[source + j];
      for (index_t j = to; j < run; ++j) row[j] = T{};
    }
  }
}

/// y = x ⋆ w
template <class Threads, scalar T>
void forward(const convolution_shape& s, const T* x, const T* w, T* y) {
  const index_t size = block_pixels(s), pixels = s.pixels();
  for_blocks<Threads>((pixels + size - 1) / size, [=](index_t number) {
    const index_t first = number * size, count = std::min(size, pixels - first);
    host_storage<T> patches(count * s.patch());
    gather_patches(s, x, first, count, patches.data());
    eigen_product::block(transpose::no, transpose::no, count, s.f, s.patch(), T{1}, patches.data(), s.patch(), w, s.f, T{}, y + first * s.f,
                         s.f);
  });
}

/// Adds the gradients of the patches of whole images to the images that they were taken from.
template <scalar T>
void scatter_patches(const convolution_shape& s, const T* patches, index_t first_image, index_t images, T* dx) {
  const index_t oh = s.oh(), ow = s.ow(), run = s.kw * s.c;
  std::fill_n(dx + first_image * s.h * s.w * s.c, images * s.h * s.w * s.c, T{});
  for (index_t pixel = 0; pixel < images * oh * ow; ++pixel, patches += s.patch()) {
    T* const image    = dx + (first_image + pixel / (oh * ow)) * s.h * s.w * s.c;
    const index_t top = pixel / ow % oh * s.stride - s.padding, left = pixel % ow * s.stride - s.padding;
    const index_t from = std::clamp<index_t>(-left, 0, s.kw) * s.c, to = std::clamp<index_t>(s.w - left, 0, s.kw) * s.c;
    for (index_t a = std::max<index_t>(0, -top); a < std::min(s.kh, s.h - top); ++a) {
      const T* const row   = patches + a * run;
      const index_t target = ((top + a) * s.w + left) * s.c;
      JEM_INDEPENDENT
      for (index_t j = from; j < to; ++j) image[target + j] += row[j];
    }
  }
}

/// dx = ∂L/∂x. With stride 1 it is a convolution with the kernel turned by half a turn and channels exchanged.
template <class Threads, scalar T>
void input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx) {
  if (s.stride == 1 && s.padding < s.kh && s.padding < s.kw && s.kh == s.kw) {
    host_storage<T> turned(s.patch() * s.f);
    T* const to        = turned.data();
    const index_t last = s.kh * s.kw - 1;
    Threads::for_each((last + 1) * s.f, s.c,
                      [=](index_t row, index_t i) { to[row * s.c + i] = w[((last - row / s.f) * s.c + i) * s.f + row % s.f]; });
    return forward<Threads>({s.n, s.oh(), s.ow(), s.f, s.kh, s.kw, s.c, 1, s.kh - 1 - s.padding}, dy, static_cast<const T*>(to), dx);
  }
  const index_t area = s.oh() * s.ow(), size = std::max<index_t>(1, block_pixels(s) / area);
  for_blocks<Threads>((s.n + size - 1) / size, [=](index_t number) {
    const index_t first = number * size, images = std::min(size, s.n - first), count = images * area;
    host_storage<T> patches(count * s.patch());
    eigen_product::block(transpose::no, transpose::yes, count, s.patch(), s.f, T{1}, dy + first * area * s.f, s.f, w, s.f, T{},
                         patches.data(), s.patch());
    scatter_patches(s, static_cast<const T*>(patches.data()), first, images, dx);
  });
}

/// dw += ∂L/∂w, as at most eight partial sums over blocks of pixels, added in order.
template <class Threads, scalar T>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw) {
  const index_t size = block_pixels(s), pixels = s.pixels(), weights = s.patch() * s.f;
  const index_t blocks = (pixels + size - 1) / size, per_part = (blocks + 7) / 8;
  if (blocks == 0) return;
  const index_t parts = (blocks + per_part - 1) / per_part;
  host_storage<T> partial(parts * weights);
  T* const sums = partial.data();
  for_blocks<Threads>(parts, [=](index_t part) {
    host_storage<T> patches(std::min(size, pixels) * s.patch());
    for (index_t number = part * per_part; number < std::min(blocks, (part + 1) * per_part); ++number) {
      const index_t first = number * size, count = std::min(size, pixels - first);
      gather_patches(s, x, first, count, patches.data());
      eigen_product::block(transpose::yes, transpose::no, s.patch(), s.f, count, T{1}, static_cast<const T*>(patches.data()), s.patch(),
                           dy + first * s.f, s.f, number == part * per_part ? T{} : T{1}, sums + part * weights, s.f);
    }
  });
  Threads::for_each(weights, [=](index_t i) {
    T sum{};
    for (index_t part = 0; part < parts; ++part) sum += sums[part * weights + i];
    dw[i] += sum;
  });
}

}  // namespace jem::inline v0::eigen_convolution
