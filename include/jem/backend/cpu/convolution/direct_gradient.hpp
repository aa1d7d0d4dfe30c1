// SPDX-License-Identifier: MIT
// The gradients of convolutions as products of windows, for any kernel and stride. The gradient of the input consists of convolutions of
// the output's gradient, one for each residue modulo the stride. The gradient of the weights is a product whose left factor is read
// transposed.
#pragma once

#include <jem/backend/cpu/convolution/direct.hpp>

namespace jem::inline v0::window_product {

/// The pixels of an image that the same elements of a strided kernel reach: those with (y + padding) mod stride = a and
/// (x + padding) mod stride = b. Their gradient is a convolution with stride 1 of the output's gradient and a part of the kernel, rotated
/// by 180°: every stride-th of its rows and columns.
struct residue {
  convolution_shape s;
  index_t a, b;

  constexpr index_t kh() const { return (s.kh - a + s.stride - 1) / s.stride; }
  constexpr index_t kw() const { return (s.kw - b + s.stride - 1) / s.stride; }
  constexpr index_t depth() const { return std::max<index_t>(0, kh()) * std::max<index_t>(0, kw()) * s.f; }

  constexpr windows over_output() const {
    const index_t y = (s.padding - a + s.stride - 1) / s.stride, x = (s.padding - b + s.stride - 1) / s.stride;  // of the first pixel
    const index_t top = y * s.stride + a - s.padding, left = x * s.stride + b - s.padding;
    const index_t rows    = std::max<index_t>(0, (s.h - top + s.stride - 1) / s.stride),
                  columns = std::max<index_t>(0, (s.w - left + s.stride - 1) / s.stride);
    return {s.n,
            s.oh(),
            s.ow(),
            s.f,
            kh(),
            kw(),
            1,
            y - kh() + 1,
            x - kw() + 1,
            rows,
            columns,
            s.c,
            (top * s.w + left) * s.c,
            s.h * s.w * s.c,
            s.stride * s.w * s.c,
            s.stride * s.c};
  }
};

/// f(residue, index of its first row in the weights of all residues), for each residue.
template <class F>
void for_each_residue(const convolution_shape& s, F f) {
  index_t row = 0;
  for (index_t a = 0; a < s.stride; ++a) {
    for (index_t b = 0; b < s.stride; ++b) {
      const residue r{s, a, b};
      f(r, row);
      row += r.depth();
    }
  }
}

/// Lays out weights (kh, kw, c, f) for the input's gradient: for each residue its part of the kernel, rotated by 180°, with c and f
/// exchanged, in panels of columns c.
template <class Threads, scalar T>
void lay_out_turned_weights(const convolution_shape& s, const T* w, T* to) {
  const panels cut{s.c};
  for_each_residue(s, [&](const residue& r, index_t row) {
    T* const first = to + row * cut.count() * cut.width();
    for_blocks<Threads>(cut.count() * r.kh() * r.kw(), [=](index_t number) {
      const index_t panel = number / (r.kh() * r.kw()), y = number / r.kw() % r.kh(), x = number % r.kw(), width = cut.width();
      const T* const from   = w + ((r.a + s.stride * (r.kh() - 1 - y)) * s.kw + r.b + s.stride * (r.kw() - 1 - x)) * s.c * s.f;
      T* const rows         = first + (panel * r.depth() + (y * r.kw() + x) * s.f) * width;
      const index_t columns = cut.columns_of(panel);
      for (index_t o = 0; o < s.f; ++o) {
        for (index_t j = 0; j < width; ++j) rows[o * width + j] = j < columns ? from[(panel * width + j) * s.f + o] : T{};
      }
    });
  });
}

/// If a kernel is smaller than its stride, there are pixels that no window covers. They get the addend alone, or 0.
template <class Threads, scalar T, fusable F>
void fill_uncovered(const convolution_shape& s, const epilogue<T, F>& finish, T* dx) {
  if (s.kh >= s.stride && s.kw >= s.stride) return;
  const T* const addend = finish.addend;
  Threads::for_each(s.input().size(), [=](index_t i) { dx[i] = addend == nullptr ? T{} : addend[i]; });
}

/// dx = epilogue(∂L/∂x), with weights from lay_out_turned_weights.
template <class Threads, scalar T, fusable F>
void input_gradient(const convolution_shape& s, const T* dy, const T* weights, const epilogue<T, F>& finish, T* dx) {
  const index_t padded = panels{s.c}.count() * panels{s.c}.width();
  fill_uncovered<Threads>(s, finish, dx);
  for_each_residue(s, [&](const residue& r, index_t row) {
    if (r.depth() > 0) multiply<Threads>(r.over_output(), dy, unchanged{}, weights + row * padded, finish, dx);
  });
}

/// The columns of one panel of dy, for the windows of a band, as (windows, width): dy itself if the panel has all columns, else a copy.
template <scalar T>
const T* panel_of_rows(const T* dy, index_t count, index_t f, index_t panel, T* copy) {
  const panels cut{f};
  if (f == cut.width()) return dy;
  const index_t width = cut.width(), columns = cut.columns_of(panel);
  for (index_t i = 0; i < count; ++i) {
    std::copy_n(dy + i * f + panel * width, columns, copy + i * width);
    std::fill_n(copy + i * width + columns, width - columns, T{});
  }
  return copy;
}

/// Computes one panel of dw (depth, f) from bands [first, last). Row i of the left factor has the i-th element of each window.
template <scalar T, fusable F>
void add_weight_gradient(const windows& v, const bands& cut, index_t first, index_t last, index_t panel, const T* x, F f, const T* dy,
                         T* dw, bool accumulate) {
  const index_t width = panels{v.f}.width(), depth = v.depth(), most = cut.images * cut.rows * v.columns;
  host_storage<T> copy(v.f == width ? 0 : most * width);
  host_storage<std::int32_t> offsets(2 * depth);
  std::int32_t* const in = offsets.data();
  for (index_t number = first; number < last; ++number) {
    const band here = cut.at(v, number);
    const source<T> from(v, x, here, f);
    for (index_t i = 0; i < depth; ++i) {
      in[i]         = static_cast<std::int32_t>(i / (v.kw * v.c) * from.line() + i % (v.kw * v.c));
      in[depth + i] = static_cast<std::int32_t>(i * v.f);
    }
    const T* const right =
        panel_of_rows(dy + here.image * v.image + here.row * v.row, here.images * here.rows * v.columns, v.f, panel, copy.data());
    panel_product::multiply(from.data(), {depth, in, in + depth},
                            {here.images, from.image(), here.rows, v.stride * from.line(), v.columns, v.stride * v.c}, right, width,
                            dw + panel * width, panels{v.f}.columns_of(panel), accumulate || number > first);
  }
}

/// dw += ∂L/∂w of f(x) ⋆ w. A small gradient is the sum of at most eight partial sums over bands, which are added in order. For a large one
/// each task computes one panel.
template <class Threads, scalar T, fusable F>
void weight_gradient(const convolution_shape& s, const T* x, F f, const T* dy, T* dw) {
  const windows v = windows_of(s);
  const bands cut(v, 192);
  const index_t count = panels{s.f}.count(), weights = s.patch() * s.f;
  if (cut.count == 0) return;
  if (weights > (index_t{1} << 18) || cut.count == 1) {
    return for_blocks<Threads>(count, [=](index_t panel) { add_weight_gradient(v, cut, 0, cut.count, panel, x, f, dy, dw, true); });
  }
  const index_t per_part = (cut.count + 7) / 8, parts = (cut.count + per_part - 1) / per_part;
  host_storage<T> partial(parts * weights);
  T* const sums = partial.data();
  for_blocks<Threads>(parts * count, [=](index_t number) {
    const index_t part = number / count;
    add_weight_gradient(v, cut, part * per_part, (std::min)(cut.count, (part + 1) * per_part), number % count, x, f, dy,
                        sums + part * weights, false);
  });
  Threads::for_each(weights, [=](index_t i) {
    T sum{};
    for (index_t part = 0; part < parts; ++part) sum += sums[part * weights + i];
    dw[i] += sum;
  });
}

}  // namespace jem::inline v0::window_product
