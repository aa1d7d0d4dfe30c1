// SPDX-License-Identifier: MIT
// Convolutions of any kernel and stride as matrix products whose left factor is not stored. Each of its rows is a window of the image,
// which is read in place, since with channels last each line of a window is contiguous (Chetlur et al. 2014, arXiv:1410.0759,
// section 3, without the copies). A band of the image is copied, with its padding, only if windows reach over an edge or a function is
// applied.
#pragma once

#include <jem/backend/cpu/epilogue.hpp>
#include <jem/backend/cpu/gemm/blocked.hpp>
#include <jem/backend/cpu/gemm/panels.hpp>
#include <jem/core/convolution_shape.hpp>
#include <jem/core/vector_loop.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>

namespace jem::inline v0::window_product {

using eigen_product::for_blocks;
using panel_product::depth_in_cache;
using panel_product::panels;

/// Windows over images (n, h, w, c), and the positions in memory of their outputs for f filters. The first window begins at
/// (top, left), which is negative if there is padding.
struct windows {
  index_t n, h, w, c;
  index_t kh, kw, stride, top, left;
  index_t rows, columns, f;
  index_t base, image, row, pixel;  ///< offset of the first output, and distances of images, rows and pixels of the output

  constexpr index_t depth() const { return kh * kw * c; }
  constexpr bool inside() const {
    return top >= 0 && left >= 0 && top + (rows - 1) * stride + kh <= h && left + (columns - 1) * stride + kw <= w;
  }
};

/// The windows of a convolution.
constexpr windows windows_of(const convolution_shape& s) {
  return {s.n,          s.h, s.w, s.c, s.kh, s.kw, s.stride, -s.padding, -s.padding, s.oh(), s.ow(), s.f, 0, s.oh() * s.ow() * s.f,
          s.ow() * s.f, s.f};
}

/// Some rows of windows of some images: the work of one task.
struct band {
  index_t image, images, row, rows;
};

/// The division of all windows into bands of about `pixels` windows: rows of one image, or several whole images if they are small.
struct bands {
  index_t images, rows, per_image, count;

  constexpr bands(const windows& v, index_t pixels)
      : images(std::max<index_t>(1, pixels / std::max<index_t>(1, v.rows * v.columns))),
        rows(std::clamp<index_t>(pixels / std::max<index_t>(1, v.columns), 1, std::max<index_t>(1, v.rows))),
        per_image((v.rows + rows - 1) / rows),
        count(v.columns == 0 ? 0 : (v.n + images - 1) / images * per_image) {}

  constexpr band at(const windows& v, index_t number) const {
    const index_t image = number / per_image * images, row = number % per_image * rows;
    return {image, (std::min)(images, v.n - image), row, (std::min)(rows, v.rows - row)};
  }
};

/// f of the part of the images that a band of windows covers. It is read in place if f is `unchanged` and no window reaches over an edge;
/// otherwise it is a copy with zeros outside the image.
template <scalar T>
class source {
 public:
  template <fusable F = unchanged>
  source(const windows& v, const T* x, const band& b, F f = {})
      : lines_((b.rows - 1) * v.stride + v.kh), line_((v.columns - 1) * v.stride * v.c + v.kw * v.c) {
    const index_t top = v.top + b.row * v.stride;
    if (std::same_as<F, unchanged> && v.inside()) {
      from_ = x + b.image * v.h * v.w * v.c + (top * v.w + v.left) * v.c;
      line_ = v.w * v.c, image_ = v.h * v.w * v.c;
      return;
    }
    image_               = lines_ * line_;
    copy_                = host_storage<T>(b.images * image_);
    from_                = copy_.data();
    const index_t before = std::clamp<index_t>(-v.left * v.c, 0, line_), after = std::clamp<index_t>((v.w - v.left) * v.c, before, line_);
    for (index_t i = 0; i < b.images * lines_; ++i) {
      const index_t y = top + i % lines_;
      T* const to     = copy_.data() + i * line_;
      if (y < 0 || y >= v.h) {
        std::fill_n(to, line_, T{});
        continue;
      }
      const T* const line = x + ((b.image + i / lines_) * v.h + y) * v.w * v.c;
      std::fill_n(to, before, T{});
      const T* const inside = line + v.left * v.c;
      vector_loop(before, after, [=](index_t j) { to[j] = f(inside[j]); });
      std::fill_n(to + after, line_ - after, T{});
    }
  }

  const T* data() const { return from_; }
  index_t line() const { return line_; }    ///< elements from one line to the next
  index_t image() const { return image_; }  ///< elements from one image to the next

 private:
  index_t lines_, line_, image_ = 0;
  const T* from_ = nullptr;
  host_storage<T> copy_;
};

/// Sets, for each window of a band, the offset at which it begins in the source, and the offset of its outputs from the band's first one.
template <scalar T>
void offsets_of_windows(const windows& v, const band& b, const source<T>& x, std::int32_t* in, std::int32_t* out) {
  for (index_t image = 0; image < b.images; ++image) {
    for (index_t row = 0; row < b.rows; ++row) {
      const index_t from = image * x.image() + row * v.stride * x.line(), to = image * v.image + row * v.row;
      for (index_t column = 0; column < v.columns; ++column) {
        *in++  = static_cast<std::int32_t>(from + column * v.stride * v.c);
        *out++ = static_cast<std::int32_t>(to + column * v.pixel);
      }
    }
  }
}

/// Computes the outputs of a band for one panel of filters, whose weights are laid out as (depth, width): for each window and filter a sum
/// over the depth.
template <scalar T>
void multiply_band(const windows& v, const source<T>& x, const panel_product::row_offsets& rows, const T* weights, index_t width, T* y,
                   index_t columns) {
  const index_t line = v.kw * v.c, lines = std::clamp<index_t>(depth_in_cache / line, 1, v.kh);
  const index_t parts = (line + depth_in_cache - 1) / depth_in_cache, part = lines > 1 ? line : (line + parts - 1) / parts;
  for (index_t a = 0; a < v.kh; a += lines) {
    for (index_t i = 0; i < line; i += part) {
      panel_product::multiply(x.data() + a * x.line() + i, rows,
                              {.middle = (std::min)(lines, v.kh - a), .middle_step = x.line(), .inner = (std::min)(part, line - i)},
                              weights + (a * line + i) * width, width, y, columns, a > 0 || i > 0);
    }
  }
}

/// Applies the epilogue in place to one panel of a band's outputs, while they are in the cache. `to` has the offsets of the outputs.
template <scalar T, fusable F>
void finish_band(const std::int32_t* to, index_t count, index_t channel, index_t columns, const epilogue<T, F>& finish, T* y) {
  for_packs<T>(columns, [&](index_t j, auto lanes) {
    const pack<T> shift = finish.shift(channel + j, lanes);
    for (index_t i = 0; i < count; ++i) {
      const index_t at = to[i] + j;
      store_pack(y + at, finish(load_pack(static_cast<const T*>(y) + at, lanes) + shift, at, lanes), lanes);
    }
  });
}

/// y = epilogue(windows of f(x) · weights), with weights in panels (panels, depth, width).
template <class Threads, scalar T, fusable F, fusable G>
void multiply(const windows& v, const T* x, F f, const T* weights, const epilogue<T, G>& finish, T* y) {
  const bands cut(v, 192);
  const panels filters{v.f};
  const index_t groups = cut.count >= 8 ? 1 : filters.count();  // if there are few bands, each panel of a band is a task
  for_blocks<Threads>(cut.count * groups, [=](index_t number) {
    const band here = cut.at(v, number / groups);
    const source<T> from(v, x, here, f);
    const index_t count = here.images * here.rows * v.columns, width = filters.width();
    host_storage<std::int32_t> offsets(2 * count);
    std::int32_t* const in = offsets.data();
    offsets_of_windows(v, here, from, in, in + count);
    const index_t begin = v.base + here.image * v.image + here.row * v.row;
    for (index_t panel = number % groups; panel < filters.count(); panel += groups) {
      const index_t first = panel * width, columns = filters.columns_of(panel);
      T* const to = y + begin + first;
      multiply_band(v, from, {count, in, in + count}, weights + panel * v.depth() * width, width, to, columns);
      if (!finish.idle()) finish_band(in + count, count, index_t{0}, columns, finish.from(begin + first, first), to);
    }
  });
}

}  // namespace jem::inline v0::window_product
