// SPDX-License-Identifier: MIT
// Convolutions of the onednn backend, of floats and of bfloat16. oneDNN computes them on blocks of images. If it has no plan, or if
// choose.hpp decides so, the eigen backend computes them in floats. Its Winograd algorithms read and write bfloat16 themselves; for its
// other methods, blocks are converted to floats.
#pragma once

#include <jem/backend/onednn/blocks.hpp>
#include <jem/backend/onednn/weights.hpp>

namespace jem::inline v0::onednn_convolution {

/// to = finish(f(from) ⋆ w + bias) by oneDNN; returns false if it has no plan for that.
template <class Threads, element T, fusable F, class Finish>
bool multiply(task t, images<const T> from, F f, const weights<T>& w, const float* bias, images<T> to, const Finish& beside) {
  const index_t n = t.shape.n, step = images_in_block(n, from.size, to.size);
  const plan& usual = plan::of(t.shape.weight(), geometry_of(t.shape), t.what, is_half<T>);
  t.halves          = is_half<T>;
  t.rounded         = is_half<T> && beside.idle();
  t.biased          = bias != nullptr;
  t.shape.n         = step;
  const plan& whole = plan::of(t);
  t.shape.n         = n % step == 0 ? step : n % step;
  const plan& last  = plan::of(t);
  if (!whole.offered() || !last.offered() || whole.weights() != last.weights()) return false;
  const packed_weights<Threads, T> packed(whole, usual, w);
  const auto product = [&](index_t count, const T* factors, auto* sums) {
    const plan& p        = count == step ? whole : last;
    const bool backwards = t.what == direction::input_gradient;
    p.run(backwards ? static_cast<const void*>(sums) : factors, packed.memory(), bias,
          backwards ? static_cast<const void*>(factors) : sums);
  };
  if (t.rounded) {
    in_blocks<T, T, Threads>(n, step, from, f, to, product, beside);
  } else {
    in_blocks<T, float, Threads>(n, step, from, f, to, product, beside);
  }
  return true;
}

/// The same convolution of `count` images.
constexpr convolution_shape with_images(convolution_shape s, index_t count) {
  s.n = count;
  return s;
}

/// to = finish(product(f(from))) by the eigen backend, in floats with rounded weights: product(shape, factors, weights, laid out weights or
/// null, sums) computes the sums.
template <class Threads, fusable F, class Product, class Finish>
void multiply_widened(const convolution_shape& s, images<const bfloat16> from, F f, const weights<bfloat16>& w, images<bfloat16> to,
                      const Product& product, const Finish& beside) {
  const host_storage<float> halves = rounded<Threads>(w.extents, w.data);
  const void* const prepared       = w.prepared;
  const auto widened               = [&](index_t count, const float* factors, float* sums) {
    product(with_images(s, count), factors, halves.data(), static_cast<const float*>(prepared), sums);
  };
  const index_t step = prepared == nullptr ? s.n : images_in_block(s.n, from.size, to.size);
  in_blocks<float, float, Threads>(s.n, step, from, f, to, widened, beside);
}

/// y = f(x) ⋆ w + bias + addend. `prepared` has the laid out weights, or is null.
template <class Threads, element T, fusable F>
void forward(const convolution_shape& s, const T* x, const float* w, T* y, const T* prepared, const convolution_terms<T, F, float>& terms) {
  if (s.pixels() == 0) return;
  const images<const T> from{x, s.input().row_size()};
  const images<T> to{y, s.output().row_size()};
  const finish<T> beside{.addend = terms.addend};
  const products mine = products_for<T>(s, direction::output), laid_out = products_for<T>(s.weight(), geometry_of(s), direction::output);
  if (mine == products::onednn &&
      multiply<Threads>(task{s, direction::output}, from, terms.function, weights<T>{s.weight(), w, prepared}, terms.bias, to, beside)) {
    return;
  }
  if (laid_out != products::eigen) prepared = nullptr;
  if constexpr (is_half<T>) {
    const rounded_weights<Threads> own(s.weight(), w, prepared);
    if (eigen_convolution::forward_by_tiles<Threads>(s, x, own.data(), y, own.prepared(), terms)) return;
    const auto product = [&](const convolution_shape& part, const float* a, const float* b, const float* ready, float* sums) {
      eigen_convolution::forward<Threads>(part, a, b, sums, ready, convolution_terms<float>{.bias = terms.bias});
    };
    multiply_widened<Threads>(s, from, terms.function, weights<T>{s.weight(), w, prepared}, to, product, beside);
  } else {
    eigen_convolution::forward<Threads>(s, x, w, y, prepared, terms);
  }
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y.
template <class Threads, element T, fusable F>
void input_gradient(const convolution_shape& s, const T* dy, const float* w, T* dx, const T* prepared, const gradient_terms<T, F>& terms) {
  if (s.input().size() == 0) return;
  constexpr auto what = direction::input_gradient;
  const images<const T> from{dy, s.output().row_size()};
  const images<T> to{dx, s.input().row_size()};
  const finish<T, F> beside{terms.function, terms.input, terms.addend};
  const products mine = products_for<T>(s, what), laid_out = products_for<T>(s.weight(), geometry_of(s), what);
  const bool turn = turns(s.weight(), geometry_of(s));
  if (mine == products::onednn && multiply<Threads>(turn ? task{turned(s), direction::output} : task{s, what}, from, unchanged{},
                                                    weights<T>{s.weight(), w, prepared, turn}, nullptr, to, beside)) {
    return;
  }
  if (laid_out != products::eigen) prepared = nullptr;
  if constexpr (is_half<T>) {
    const rounded_weights<Threads> own(s.weight(), w, prepared);
    if (eigen_convolution::input_gradient_by_tiles<Threads>(s, dy, own.data(), dx, own.prepared(), terms)) return;
    const auto product = [](const convolution_shape& part, const float* a, const float* b, const float* ready, float* sums) {
      eigen_convolution::input_gradient<Threads>(part, a, b, sums, ready, gradient_terms<float>{});
    };
    multiply_widened<Threads>(s, from, unchanged{}, weights<T>{s.weight(), w, prepared}, to, product, beside);
  } else {
    eigen_convolution::input_gradient<Threads>(s, dy, w, dx, prepared, terms);
  }
}

/// The number of partial sums of a gradient of weights: eight, or fewer if these would take more than 32 MiB, but at least two.
constexpr index_t partial_sums(const shape& weight) {
  return std::clamp<index_t>((index_t{8} << 20) / std::max<index_t>(1, weight.size()), 2, 8);
}

/// dw += ∂L/∂w of f(x) ⋆ w by oneDNN, as partial sums over blocks of images, which are added in order; returns false if it has no plan for
/// that.
template <class Threads, element T, fusable F>
bool add_weight_gradient(const convolution_shape& s, const T* x, const T* dy, float* dw, F f) {
  const index_t most = partial_sums(s.weight()), step = (s.n + most - 1) / most, parts = (s.n + step - 1) / step;
  const auto planned = [&s](index_t count) -> const plan& {
    return plan::of({with_images(s, count), direction::weight_gradient, is_half<T>});
  };
  const plan &whole = planned(step), &last = planned(s.n - (parts - 1) * step);
  if (!whole.offered() || !last.offered() || whole.weights() != last.weights()) return false;
  const index_t elements = whole.weight_bytes() / 4, in = s.input().row_size(), out = s.output().row_size();
  host_storage<float> partial(parts * elements), plain(s.weight().size());
  float *const sums = partial.data(), *const more = plain.data();
  for_blocks<Threads>(parts, [&](index_t part) {
    constexpr bool as_it_is = std::same_as<F, unchanged>;
    const index_t first = part * step, count = (std::min)(step, s.n - first);
    host_storage<T> factors(as_it_is ? 0 : count * in);
    if constexpr (!as_it_is) read<Threads>(x + first * in, count * in, f, factors.data());
    const plan& p = part + 1 < parts ? whole : last;
    p.run(as_it_is ? x + first * in : factors.data(), p.weights_at(sums + part * elements), nullptr, dy + first * out);
  });
  Threads::for_each(elements, [=](index_t i) {
    for (index_t part = 1; part < parts; ++part) sums[i] += sums[part * elements + i];
  });
  whole.unpack(sums, more);
  Threads::for_each(s.weight().size(), [=](index_t i) { dw[i] += more[i]; });
  return true;
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y.
template <class Threads, element T, fusable F>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, float* dw, F f) {
  if (s.pixels() == 0) return;
  if (products_for<T>(s, direction::weight_gradient) == products::onednn && add_weight_gradient<Threads>(s, x, dy, dw, f)) return;
  if constexpr (is_half<T>) {
    host_storage<float> slopes(s.output().size());
    read<Threads>(dy, s.output().size(), unchanged{}, slopes.data());
    const float* const slope = slopes.data();
    if (eigen_convolution::weight_gradient_by_tiles<Threads>(s, x, slope, dw, f)) return;
    host_storage<float> factors(s.input().size());
    read<Threads>(x, s.input().size(), f, factors.data());
    eigen_convolution::weight_gradient<Threads>(s, static_cast<const float*>(factors.data()), slope, dw, unchanged{});
  } else {
    eigen_convolution::weight_gradient<Threads>(s, x, dy, dw, f);
  }
}

}  // namespace jem::inline v0::onednn_convolution
