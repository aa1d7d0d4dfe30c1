// SPDX-License-Identifier: MIT
// Convolutions of the onednn backend, of floats and of bfloat16. Images are taken in blocks that stay in a core's cache, one a thread:
// f, products by oneDNN with one thread, and what goes beside them. So there is one rounding, and no thread changes a bit. Where
// oneDNN has nothing to offer, or Winograd's algorithm in float is faster, blocks are widened and given to eigen's convolutions.
#pragma once

#include <jem/backend/eigen_convolution.hpp>
#include <jem/backend/onednn_plan.hpp>

#include <concepts>
#include <type_traits>

namespace jem::inline v0::onednn_convolution {

using eigen_product::for_blocks;

/// Whether elements are stored in half as much as they are summed in.
template <element T>
inline constexpr bool is_half = !std::same_as<T, accumulator_t<T>>;

/// Whose products: oneDNN's, or eigen's of floats.
enum class products { onednn, eigen };

/// Whether eigen's convolution with weights (kh, kw, c, f), or its gradients, are by Winograd's algorithm for 3×3 with transformed
/// weights that are kept.
inline bool takes_winograd(const shape& weight, convolution_geometry g) {
  return weight[0] == 3 && weight[1] == 3 && g.stride == 1 && eigen_winograd::worth_keeping(36, weight[2], weight[3]);
}

/// The rule, found by measuring on Zen 5: of bfloat16 instructions Winograd's algorithm in float passes those that multiply vectors from
/// 64 channels on, and none that multiply matrices; floats go to oneDNN …
template <element T>
products products_for(const shape& weight, convolution_geometry g, direction) {
  if (is_half<T>) {
    if (!multiplies_bfloat16()) return products::eigen;
    const bool wide = std::min(weight[2], weight[3]) >= 64 && takes_winograd(weight, g);
    return wide && !multiplies_matrices() ? products::eigen : products::onednn;
  }
  return products::eigen;
}

/// The convolution by turned weights that is the gradient of the input, where it is one.
constexpr bool turns(const shape& weight, convolution_geometry g) {
  return g.stride == 1 && weight[0] == weight[1] && g.padding < weight[0];
}
constexpr shape turned(const shape& weight) { return {weight[0], weight[1], weight[3], weight[2]}; }
constexpr convolution_geometry turned(const shape& weight, convolution_geometry g) { return {1, weight[0] - 1 - g.padding}; }
constexpr convolution_shape turned(const convolution_shape& s) {
  return {s.n, s.oh(), s.ow(), s.f, s.kh, s.kw, s.c, 1, s.kh - 1 - s.padding};
}
constexpr convolution_geometry geometry_of(const convolution_shape& s) { return {s.stride, s.padding}; }

/// What goes beside the products of one direction: f′(input) ⊙ sums + addend, rounded; either may be missing.
template <element T, light_function F = unchanged>
struct finish {
  F function{};
  const T* input  = nullptr;
  const T* addend = nullptr;

  constexpr bool idle() const { return std::same_as<F, unchanged> && addend == nullptr; }

  /// Of n elements from the first on; sums may be where the result is.
  template <class Threads>
  void operator()(const float* sums, index_t first, index_t n, T* to) const {
    const auto slope = [f = function](float x) { return f.derivative(x); };
    const T *const x = input + first, *const more = addend == nullptr ? nullptr : addend + first;
    Threads::blocks(n, Threads::grain, [=](index_t begin, index_t end) {
      if constexpr (std::same_as<F, unchanged>) {
        if (more == nullptr) {
          JEM_INDEPENDENT
          for (index_t i = begin; i < end; ++i) to[i] = static_cast<T>(sums[i]);
        } else {
          JEM_INDEPENDENT
          for (index_t i = begin; i < end; ++i) to[i] = static_cast<T>(sums[i] + static_cast<float>(more[i]));
        }
      } else if (more == nullptr) {
        JEM_INDEPENDENT
        for (index_t i = begin; i < end; ++i) to[i] = static_cast<T>(slope(static_cast<float>(x[i])) * sums[i]);
      } else {
        JEM_INDEPENDENT
        for (index_t i = begin; i < end; ++i) {
          to[i] = static_cast<T>(slope(static_cast<float>(x[i])) * sums[i] + static_cast<float>(more[i]));
        }
      }
    });
  }
};

/// to = round(f(x)), rounded to T, in the type that is multiplied in.
template <class Threads, element T, element Factor, light_function F>
void read(const T* x, index_t n, F f, Factor* to) {
  Threads::blocks(n, Threads::grain, [=](index_t begin, index_t end) {
    const F g = f;
    JEM_INDEPENDENT
    for (index_t i = begin; i < end; ++i) to[i] = static_cast<Factor>(static_cast<float>(static_cast<T>(g(static_cast<float>(x[i])))));
  });
}

/// Images in a block: what goes in and what comes out take some 512 KiB as floats, and there should be eight blocks.
constexpr index_t images_in_block(index_t n, index_t in, index_t out) {
  return std::clamp<index_t>((index_t{128} << 10) / std::max<index_t>(1, in + out), 1, std::max<index_t>(1, (n + 7) / 8));
}

/// One side of a convolution: so many elements for each image.
template <class T>
struct images {
  T* data;
  index_t size;
};

/// to = finish(product(f(from))) of n images, `step` at a time: product(images, factors, sums or what is written).
template <class Factor, class Sum, class Threads, element T, light_function F, class Product, class Finish>
void in_blocks(index_t n, index_t step, images<const T> from, F f, images<T> to, const Product& product, const Finish& finish) {
  constexpr bool converts = !std::same_as<Factor, T> || !std::same_as<F, unchanged>;
  const auto block        = [&](index_t number) {
    const index_t first = number * step, count = std::min(step, n - first);
    const T* const x = from.data + first * from.size;
    T* const y       = to.data + first * to.size;
    host_storage<Factor> factors(converts ? count * from.size : 0);
    if constexpr (converts) read<Threads>(x, count * from.size, f, factors.data());
    const void* const factor = converts ? static_cast<const void*>(factors.data()) : x;
    if constexpr (std::same_as<Sum, T>) {
      product(count, static_cast<const Factor*>(factor), y);
      if (!finish.idle()) {
        if constexpr (std::same_as<T, float>) finish.template operator()<Threads>(y, first * to.size, count * to.size, y);
      }
    } else {
      host_storage<Sum> sums(count * to.size);
      product(count, static_cast<const Factor*>(factor), sums.data());
      finish.template operator()<Threads>(sums.data(), first * to.size, count * to.size, y);
    }
  };
  if (step >= n) {
    block(0);  // may have threads of its own
  } else {
    for_blocks<Threads>((n + step - 1) / step, block);
  }
}

/// w (kh, kw, c, f) → (kh, kw, f, c), by half a turn.
template <class Threads>
void turn(const shape& weight, const float* w, float* to) {
  const index_t taps = weight[0] * weight[1], c = weight[2], f = weight[3];
  Threads::for_each(taps * f, c, [=](index_t row, index_t j) { to[row * c + j] = w[((taps - 1 - row / f) * c + j) * f + row % f]; });
}

/// Lays out weights for a direction as a plan has them, in as many bytes as it says.
template <class Threads>
void pack(const plan& p, const shape& weight, const float* w, bool turns, void* to) {
  host_storage<float> other(turns ? weight.size() : 0);
  if (turns) turn<Threads>(weight, w, other.data());
  p.pack(turns ? other.data() : w, to);
}

/// to = finish(f(from) ⋆ w + bias) by oneDNN, if it offers that; w as it is or turned.
template <class Threads, element T, light_function F, class Finish>
bool multiply(task t, const shape& weight, images<const T> from, F f, const float* w, bool turns, const T* prepared, const float* bias,
              images<T> to, const Finish& finish) {
  const index_t n = t.shape.n, step = images_in_block(n, from.size, to.size);
  t.halves  = is_half<T>;
  t.rounded = is_half<T> && finish.idle();
  t.biased  = bias != nullptr;
  task rest = t;
  t.shape.n    = step;
  rest.shape.n = n % step == 0 ? step : n % step;
  const plan &whole = plan::of(t), &last = plan::of(rest);
  if (!whole.offered() || !last.offered() || whole.weights() != last.weights()) return false;
  const plan& usual = plan::of(turns ? turned(weight) : weight, geometry_of(t.shape), t.what, is_half<T>);
  const bool usable = prepared != nullptr && usual.offered() && usual.weights() == whole.weights();
  host_storage<T> made(usable ? 0 : (whole.weight_bytes() + static_cast<index_t>(sizeof(T)) - 1) / static_cast<index_t>(sizeof(T)));
  if (!usable) pack<Threads>(whole, weight, w, turns, made.data());
  const dnnl::memory weights = whole.weights_at(const_cast<T*>(usable ? prepared : made.data()));
  const auto product         = [&](index_t count, const T* factors, auto* sums) {
    const plan& p = count == step ? whole : last;
    if (t.what == direction::input_gradient) {
      p.run(sums, weights, bias, factors);
    } else {
      p.run(factors, weights, bias, sums);
    }
  };
  if (t.rounded) {
    in_blocks<T, T, Threads>(n, step, from, f, to, product, finish);
  } else {
    in_blocks<T, float, Threads>(n, step, from, f, to, product, finish);
  }
  return true;
}

/// Weights, each rounded to bfloat16.
template <class Threads>
host_storage<float> rounded(const shape& weight, const float* w) {
  host_storage<float> to(weight.size());
  Threads::blocks(weight.size(), Threads::grain, [w, to = to.data()](index_t begin, index_t end) {
    JEM_INDEPENDENT
    for (index_t i = begin; i < end; ++i) to[i] = static_cast<bfloat16>(w[i]);
  });
  return to;
}

/// Elements of type T for so many floats.
template <element T>
constexpr index_t room_for(index_t floats) {
  return floats * static_cast<index_t>(sizeof(float) / sizeof(T));
}

/// What is laid out for one direction.
struct laid_out {
  const plan* by;  ///< null where eigen lays it out
  index_t floats;  ///< what that takes
  bool turns;      ///< weights have to be turned before
};

template <element T>
laid_out layout_for(const shape& weight, convolution_geometry g, direction what) {
  if (products_for<T>(weight, g, what) == products::eigen) {
    const auto [forward, backward] = eigen_convolution::prepared_sizes(weight, g);
    return {nullptr, what == direction::output ? forward : backward, false};
  }
  const bool turned_ones = what == direction::input_gradient && turns(weight, g);
  const plan& p          = turned_ones ? plan::of(turned(weight), turned(weight, g), direction::output, is_half<T>)
                                       : plan::of(weight, g, what, is_half<T>);
  return {&p, p.offered() ? (p.weight_bytes() + 3) / 4 : 0, turned_ones};
}

/// Elements of weights (kh, kw, c, f) as they are multiplied while they stand still, for the output and for the input's gradient.
template <element T>
std::pair<index_t, index_t> prepared_sizes(const shape& weight, convolution_geometry g) {
  return {room_for<T>(layout_for<T>(weight, g, direction::output).floats),
          room_for<T>(layout_for<T>(weight, g, direction::input_gradient).floats)};
}

/// Lays them out.
template <class Threads, element T>
void prepare_weights(const shape& weight, convolution_geometry g, const float* w, T* forward, T* backward) {
  const laid_out out = layout_for<T>(weight, g, direction::output), in = layout_for<T>(weight, g, direction::input_gradient);
  if (out.by == nullptr || in.by == nullptr) {  // eigen lays out both: what is not asked for goes nowhere
    const host_storage<float> halves = is_half<T> ? rounded<Threads>(weight, w) : host_storage<float>();
    const auto [first, second]       = eigen_convolution::prepared_sizes(weight, g);
    host_storage<float> spare(std::max(out.by == nullptr ? 0 : first, in.by == nullptr ? 0 : second));
    const auto room = [&spare](const laid_out& l, void* to) { return l.by == nullptr ? static_cast<float*>(to) : spare.data(); };
    eigen_convolution::prepare_weights<Threads>(weight, g, is_half<T> ? halves.data() : w, room(out, forward), room(in, backward));
  }
  if (out.by != nullptr && out.floats > 0) pack<Threads>(*out.by, weight, w, out.turns, forward);
  if (in.by != nullptr && in.floats > 0) pack<Threads>(*in.by, weight, w, in.turns, backward);
}

/// The convolution of `count` images.
constexpr convolution_shape with_images(convolution_shape s, index_t count) {
  s.n = count;
  return s;
}

/// to = finish(product(f(from))) by eigen, with rounded weights: product(images, factors, weights, laid out weights or null, sums).
template <class Threads, light_function F, class Product, class Finish>
void multiply_widened(const convolution_shape& s, images<const bfloat16> from, F f, const float* w, const void* prepared,
                      images<bfloat16> to, const Product& product, const Finish& finish) {
  const host_storage<float> halves = rounded<Threads>(s.weight(), w);
  const index_t step               = prepared == nullptr ? s.n : images_in_block(s.n, from.size, to.size);
  const auto widened               = [&](index_t count, const float* factors, float* sums) {
    product(with_images(s, count), factors, halves.data(), static_cast<const float*>(prepared), sums);
  };
  in_blocks<float, float, Threads>(s.n, step, from, f, to, widened, finish);
}

/// y = f(x) ⋆ w + bias + addend, with laid out weights unless they are null.
template <class Threads, element T, light_function F>
void forward(const convolution_shape& s, const T* x, const float* w, T* y, const T* prepared, const convolution_terms<T, F, float>& terms) {
  if (s.pixels() == 0) return;
  const images<const T> from{x, s.input().row_size()};
  const images<T> to{y, s.output().row_size()};
  const finish<T> beside{.addend = terms.addend};
  const bool ours = products_for<T>(s.weight(), geometry_of(s), direction::output) == products::onednn;
  if (ours && multiply<Threads>(task{s, direction::output}, s.weight(), from, terms.function, w, false, prepared, terms.bias, to, beside)) return;
  if (ours) prepared = nullptr;  // oneDNN's own
  if constexpr (is_half<T>) {
    const auto product = [&](const convolution_shape& part, const float* a, const float* weights, const float* ready, float* sums) {
      eigen_convolution::forward<Threads>(part, a, weights, sums, ready, convolution_terms<float>{.bias = terms.bias});
    };
    multiply_widened<Threads>(s, from, terms.function, w, prepared, to, product, beside);
  } else {
    eigen_convolution::forward<Threads>(s, x, w, y, prepared, terms);
  }
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y. With stride 1 by the convolution with turned weights, which is faster.
template <class Threads, element T, light_function F>
void input_gradient(const convolution_shape& s, const T* dy, const float* w, T* dx, const T* prepared, const gradient_terms<T, F>& terms) {
  if (s.n == 0) return;
  const images<const T> from{dy, s.output().row_size()};
  const images<T> to{dx, s.input().row_size()};
  const finish<T, F> beside{terms.function, terms.input, terms.addend};
  const bool ours = products_for<T>(s.weight(), geometry_of(s), direction::input_gradient) == products::onednn;
  if (ours) {
    const bool by_turned = turns(s.weight(), geometry_of(s));
    const task t         = by_turned ? task{turned(s), direction::output} : task{s, direction::input_gradient};
    if (multiply<Threads>(t, s.weight(), from, unchanged{}, w, by_turned, prepared, nullptr, to, beside)) return;
    prepared = nullptr;
  }
  if constexpr (is_half<T>) {
    const auto product = [](const convolution_shape& part, const float* a, const float* weights, const float* ready, float* sums) {
      eigen_convolution::input_gradient<Threads>(part, a, weights, sums, ready, gradient_terms<float>{});
    };
    multiply_widened<Threads>(s, from, unchanged{}, w, prepared, to, product, beside);
  } else {
    eigen_convolution::input_gradient<Threads>(s, dy, w, dx, prepared, terms);
  }
}

/// Partial sums of a gradient of weights: eight, and fewer where they would take more than 32 MiB, but two.
constexpr index_t partial_sums(const shape& weight) { return std::clamp<index_t>((index_t{8} << 20) / std::max<index_t>(1, weight.size()), 2, 8); }

/// dw += ∂L/∂w of f(x) ⋆ w by oneDNN, if it offers that: partial sums over blocks of images, added in order.
template <class Threads, element T, light_function F>
bool add_weight_gradient(const convolution_shape& s, const T* x, const T* dy, float* dw, F f) {
  const index_t most = partial_sums(s.weight()), step = (s.n + most - 1) / most, parts = (s.n + step - 1) / step;
  const plan& whole = plan::of({with_images(s, step), direction::weight_gradient, is_half<T>, false, false});
  const plan& last  = plan::of({with_images(s, s.n - (parts - 1) * step), direction::weight_gradient, is_half<T>, false, false});
  if (!whole.offered() || !last.offered() || whole.weights() != last.weights()) return false;
  const index_t elements = whole.weight_bytes() / static_cast<index_t>(sizeof(float)), in = s.input().row_size(),
                out = s.output().row_size();
  host_storage<float> partial(parts * elements), plain(s.weight().size());
  float *const sums = partial.data(), *const more = plain.data();
  for_blocks<Threads>(parts, [&, sums](index_t part) {
    const index_t first = part * step, count = std::min(step, s.n - first);
    constexpr bool applies = !std::same_as<F, unchanged>;
    host_storage<T> factors(applies ? count * in : 0);
    if constexpr (applies) read<Threads>(x + first * in, count * in, f, factors.data());
    const plan& p = part + 1 < parts ? whole : last;
    p.run(applies ? factors.data() : x + first * in, p.weights_at(sums + part * elements), nullptr, dy + first * out);
  });
  Threads::for_each(elements, [=](index_t i) {
    for (index_t part = 1; part < parts; ++part) sums[i] += sums[part * elements + i];
  });
  whole.unpack(sums, more);
  Threads::for_each(s.weight().size(), [=](index_t i) { dw[i] += more[i]; });
  return true;
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y.
template <class Threads, element T, light_function F>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, float* dw, F f) {
  if (s.pixels() == 0) return;
  if (products_for<T>(s.weight(), geometry_of(s), direction::weight_gradient) == products::onednn &&
      add_weight_gradient<Threads>(s, x, dy, dw, f)) {
    return;
  }
  if constexpr (is_half<T>) {
    host_storage<float> factors(s.input().size()), slopes(s.output().size());
    read<Threads>(x, s.input().size(), f, factors.data());
    read<Threads>(dy, s.output().size(), unchanged{}, slopes.data());
    eigen_convolution::weight_gradient<Threads>(s, static_cast<const float*>(factors.data()), static_cast<const float*>(slopes.data()), dw,
                                                unchanged{});
  } else {
    eigen_convolution::weight_gradient<Threads>(s, x, dy, dw, f);
  }
}

}  // namespace jem::inline v0::onednn_convolution
