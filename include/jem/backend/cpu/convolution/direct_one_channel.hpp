// SPDX-License-Identifier: MIT
// The gradient of images with a single channel, as in a first layer for grey images. A product with one column consists of inner products
// of windows. They are computed for as many windows at a time as a pack has elements; their partial sums are transposed and then added.
#pragma once

#include <jem/backend/cpu/convolution/direct_gradient.hpp>

#include <cstdint>

namespace jem::inline v0::window_product {

/// Whether the input's gradient is computed by inner products: there is one channel, and each line of a window consists of whole packs.
constexpr bool takes_dots(const convolution_shape& s) { return s.c == 1 && s.f % 16 == 0; }

/// The inner products of b, which is contiguous, with each of a pack of windows, which begin at a + from[i].
template <scalar T>
pack<T> dots(const T* a, const std::int32_t* from, index_t lines, index_t line_step, index_t line, const T* b) {
  constexpr index_t lanes = pack_width<T>;
  pack<T> sums[lanes]{};
  for (index_t i = 0; i < lines; ++i) {
    for (index_t j = 0; j < line; j += lanes, b += lanes) {
      const pack<T> right = load_pack(b);
      const T* const at   = a + i * line_step + j;
#pragma GCC unroll 16
      for (index_t k = 0; k < lanes; ++k) sums[k] += load_pack(at + from[k]) * right;
    }
  }
  transpose_packs<T>(sums);
  pack<T> total = sums[0];
#pragma GCC unroll 16
  for (index_t k = 1; k < lanes; ++k) total += sums[k];
  return total;
}

/// y (n, rows, columns, 1) = epilogue(windows of x · weights), with weights (depth).
template <class Threads, scalar T, fusable F>
void multiply_column(const windows& v, const T* x, const T* weights, const epilogue<T, F>& finish, T* y) {
  constexpr index_t lanes = pack_width<T>;
  const bands cut(v, 192);
  for_blocks<Threads>(cut.count, [=](index_t number) {
    const band here = cut.at(v, number);
    const source<T> from(v, x, here);
    const index_t count = here.images * here.rows * v.columns, whole = (count + lanes - 1) / lanes * lanes;
    host_storage<std::int32_t> offsets(2 * whole);
    std::int32_t *const in = offsets.data(), *const out = in + whole;
    offsets_of_windows(v, here, from, in, out);
    std::fill(in + count, in + whole, in[count - 1]);  // the last window again, to fill a pack
    std::fill(out + count, out + whole, out[count - 1]);
    const index_t begin = v.base + here.image * v.image + here.row * v.row;
    for (index_t i = 0; i < count; i += lanes) {
      const pack<T> sums = dots(from.data(), in + i, v.kh, from.line(), v.kw * v.c, weights);
      for (index_t k = 0; k < (std::min)(lanes, count - i); ++k) y[begin + out[i + k]] = sums[k];
    }
    if (!finish.idle()) finish_band(out, count, index_t{0}, index_t{1}, finish.from(begin, 0), y + begin);
  });
}

/// Lays out weights (kh, kw, 1, f) for input_gradient_by_dots: for each residue its part of the kernel, rotated by 180°, (kh, kw, f).
template <scalar T>
void lay_out_column(const convolution_shape& s, const T* w, T* to) {
  for_each_residue(s, [&](const residue& r, index_t row) {
    for (index_t i = 0; i < r.depth(); ++i) {
      const index_t y = r.kh() - 1 - i / s.f / r.kw(), x = r.kw() - 1 - i / s.f % r.kw();
      to[row + i] = w[((r.a + s.stride * y) * s.kw + r.b + s.stride * x) * s.f + i % s.f];
    }
  });
}

/// dx = epilogue(∂L/∂x), with weights from lay_out_column.
template <class Threads, scalar T, fusable F>
void input_gradient_by_dots(const convolution_shape& s, const T* dy, const T* weights, const epilogue<T, F>& finish, T* dx) {
  fill_uncovered<Threads>(s, finish, dx);
  for_each_residue(s, [&](const residue& r, index_t row) {
    if (r.depth() > 0) multiply_column<Threads>(r.over_output(), dy, weights + row, finish, dx);
  });
}

}  // namespace jem::inline v0::window_product
