// SPDX-License-Identifier: MIT
// Convolutions of the onednn backend, of floats and of bfloat16. Images are taken in blocks that stay in a core's cache, one a thread:
// f, oneDNN's products with one thread, and what goes beside them in a pass over the block. So there is one rounding, and no number of
// threads changes a bit. Where oneDNN offers nothing, or eigen's convolutions in float are faster, blocks are widened and given to them.
#pragma once

#include <jem/backend/eigen_convolution.hpp>
#include <jem/backend/onednn_plan.hpp>
#include <jem/backend/pack.hpp>

#include <concepts>
#include <utility>

namespace jem::inline v0::onednn_convolution {

using eigen_product::for_blocks;

/// Whether elements are stored in half as much as they are summed in.
template <element T>
inline constexpr bool is_half = !std::same_as<T, accumulator_t<T>>;

/// Whose products: oneDNN's, or eigen's of floats.
enum class products { onednn, eigen };

constexpr convolution_geometry geometry_of(const convolution_shape& s) { return {s.stride, s.padding}; }

/// Whether eigen has Winograd's algorithm for 3×3 and channels enough that it passes oneDNN's products of vectors: of bfloat16 by a
/// tenth to a third on Zen 5, of floats by two to three times.
inline bool winograd_is_faster(const shape& weight, convolution_geometry g) {
  return weight[0] == 3 && weight[1] == 3 && g.stride == 1 && std::min(weight[2], weight[3]) >= 32;
}

/// The rule, found by measuring on Zen 5, for weights (kh, kw, c, f) and so many tiles of 4×4 outputs; none while images are not known.
/// Floats go to eigen but for the products of 1×1 and of a few colours. Of bfloat16, nothing passes products of matrices (AMX); those
/// of vectors (AVX-512 BF16) are passed by Winograd's algorithm in float, where its weights are kept or there are tiles enough to
/// make them for; without either, a processor is faster in floats.
template <element T>
products products_for(const shape& weight, convolution_geometry g, direction what, index_t tiles = 0) {
  const bool by_weights = what == direction::weight_gradient;
  if constexpr (is_half<T>) {
    if (!multiplies_bfloat16()) return products::eigen;
    if (multiplies_matrices() || !winograd_is_faster(weight, g)) return products::onednn;
    const bool kept = eigen_winograd::worth_keeping(36, weight[2], weight[3]);
    return kept || by_weights || tiles >= 128 ? products::eigen : products::onednn;
  } else {
    const bool small = weight[0] == 1 && weight[1] == 1, colours = weight[2] > 1 && weight[2] < 8;
    if (what == direction::input_gradient) return small && g.stride == 1 ? products::onednn : products::eigen;
    return small || colours ? products::onednn : products::eigen;
  }
}
template <element T>
products products_for(const convolution_shape& s, direction what) {
  return products_for<T>(s.weight(), geometry_of(s), what, s.n * ((s.oh() + 3) / 4) * ((s.ow() + 3) / 4));
}

/// Whether the gradient of the input is the output of a convolution, with weights turned by half a turn and channels exchanged: that
/// is faster than what oneDNN has for gradients.
constexpr bool turns(const shape& weight, convolution_geometry g) {
  return g.stride == 1 && weight[0] == weight[1] && g.padding < weight[0];
}
constexpr shape turned(const shape& weight) { return {weight[0], weight[1], weight[3], weight[2]}; }
constexpr convolution_geometry turned(const shape& weight, convolution_geometry g) { return {1, weight[0] - 1 - g.padding}; }
constexpr convolution_shape turned(const convolution_shape& s) {
  return {s.n, s.oh(), s.ow(), s.f, s.kh, s.kw, s.c, 1, s.kh - 1 - s.padding};
}

/// What goes beside the products: f′(input) ⊙ sums + addend, rounded to T; either may be missing.
template <element T, light_function F = unchanged>
struct finish {
  F function{};               ///< f
  const T* input  = nullptr;  ///< as the output
  const T* addend = nullptr;  ///< as the output

  constexpr bool idle() const { return std::same_as<F, unchanged> && addend == nullptr; }  ///< sums stay as they are

  /// Of n elements from the first on; sums may be where the result is.
  template <class Threads>
  void operator()(const float* sums, index_t first, index_t n, T* to) const {
    Threads::blocks(n, Threads::grain, [=, this](index_t begin, index_t end) {
      for_packs<float>(end - begin, [=, this](index_t j, auto count) {
        const index_t i = begin + j;
        pack<float> v   = load_pack(sums + i, count);
        if constexpr (!std::same_as<F, unchanged>) v *= function.derivative(load_pack(input + first + i, count));
        if (addend != nullptr) v += load_pack(addend + first + i, count);
        store_pack(to + i, v, count);
      });
    });
  }
};

/// to = f(x), rounded to T, in the type that is multiplied in.
template <class Threads, element T, element Factor, light_function F>
void read(const T* x, index_t n, F f, Factor* to) {
  Threads::blocks(n, Threads::grain, [=](index_t begin, index_t end) {
    for_packs<float>(end - begin,
                     [=](index_t j, auto count) { store_pack(to + begin + j, rounded_to<T>(f(load_pack(x + begin + j, count))), count); });
  });
}

/// One side of a convolution: so many elements for each image.
template <class T>
struct images {
  T* data;
  index_t size;
};

/// Images in a block: what goes in and what comes out take some 512 KiB as floats, and there should be eight blocks.
constexpr index_t images_in_block(index_t n, index_t in, index_t out) {
  return std::clamp<index_t>((index_t{128} << 10) / std::max<index_t>(1, in + out), 1, std::max<index_t>(1, (n + 7) / 8));
}

/// to = finish(product(f(from))) of n images, `step` at a time, by product(images, factors, sums). A single block may have threads of
/// its own.
template <element Factor, element Sum, class Threads, element T, light_function F, class Product, class Finish>
void in_blocks(index_t n, index_t step, images<const T> from, F f, images<T> to, const Product& product, const Finish& beside) {
  constexpr bool as_it_is = std::same_as<Factor, T> && std::same_as<F, unchanged>;
  const auto block        = [&](index_t number) {
    const index_t first = number * step, count = std::min(step, n - first), size = count * to.size;
    const T* const x = from.data + first * from.size;
    T* const y       = to.data + first * to.size;
    host_storage<Factor> factors(as_it_is ? 0 : count * from.size);
    if constexpr (!as_it_is) read<Threads>(x, count * from.size, f, factors.data());
    const auto multiply = [&](Sum* sums) {
      if constexpr (as_it_is) {
        product(count, x, sums);
      } else {
        product(count, static_cast<const Factor*>(factors.data()), sums);
      }
    };
    if constexpr (std::same_as<Sum, T>) {
      multiply(y);
      if constexpr (std::same_as<T, float>) {
        if (!beside.idle()) beside.template operator()<Threads>(y, first * to.size, size, y);
      }
    } else {
      host_storage<Sum> sums(size);
      multiply(sums.data());
      beside.template operator()<Threads>(sums.data(), first * to.size, size, y);
    }
  };
  if (step >= n) return block(0);
  for_blocks<Threads>((n + step - 1) / step, block);
}

/// Weights (kh, kw, c, f), and as prepare_weights lays them out, or null.
template <element T>
struct weights {
  shape extents;
  const float* data;
  const T* prepared;
  bool turns = false;  ///< to be multiplied turned
};

/// w (kh, kw, c, f) → (kh, kw, f, c), by half a turn.
template <class Threads>
void turn(const shape& weight, const float* w, float* to) {
  const index_t taps = weight[0] * weight[1], c = weight[2], f = weight[3];
  Threads::for_each(taps * f, c, [=](index_t row, index_t j) { to[row * c + j] = w[((taps - 1 - row / f) * c + j) * f + row % f]; });
}

/// Lays out weights as a plan has them, in as many bytes as it says.
template <class Threads>
void pack_weights(const plan& p, const shape& weight, const float* w, bool turns, void* to) {
  host_storage<float> other(turns ? weight.size() : 0);
  if (turns) turn<Threads>(weight, w, other.data());
  p.pack(turns ? other.data() : w, to);
}

/// Weights as a plan has them: those prepared, or made here.
template <class Threads, element T>
class packed_weights {
 public:
  packed_weights(const plan& p, const plan& usual, const weights<T>& w)
      : usable_(w.prepared != nullptr && usual.offered() && usual.weights() == p.weights()), own_(usable_ ? 0 : floats_of(p)) {
    if (!usable_) pack_weights<Threads>(p, w.extents, w.data, w.turns, own_.data());
    memory_ = p.weights_at(usable_ ? const_cast<T*>(w.prepared) : static_cast<void*>(own_.data()));
  }
  const dnnl::memory& memory() const { return memory_; }

  /// What a plan's weights take.
  static index_t floats_of(const plan& p) { return (p.weight_bytes() + 3) / 4; }

 private:
  bool usable_;
  host_storage<float> own_;
  dnnl::memory memory_;
};

/// to = finish(f(from) ⋆ w + bias) by oneDNN, if it offers that.
template <class Threads, element T, light_function F, class Finish>
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

/// Weights, each rounded to bfloat16.
template <class Threads>
host_storage<float> rounded(const shape& weight, const float* w) {
  host_storage<float> to(weight.size());
  Threads::blocks(weight.size(), Threads::grain, [w, to = to.data()](index_t begin, index_t end) {
    for_packs<float>(end - begin, [=](index_t j, auto count) {
      store_pack(to + begin + j, rounded_to<bfloat16>(load_pack(w + begin + j, count)), count);
    });
  });
  return to;
}

/// Weights for an algorithm of Winograd's on images of bfloat16: rounded, or laid out before as they are then.
template <class Threads>
class rounded_weights {
 public:
  rounded_weights(const shape& weight, const float* w, const bfloat16* prepared)
      : own_(prepared == nullptr ? rounded<Threads>(weight, w) : host_storage<float>()), prepared_(prepared) {}
  const float* data() const { return own_.data(); }
  const float* prepared() const { return static_cast<const float*>(prepared_); }

 private:
  host_storage<float> own_;
  const void* prepared_;
};

/// How weights are laid out for one direction.
struct layout {
  const plan* by;  ///< null where eigen does it
  index_t floats;  ///< what that takes
  bool turns;      ///< weights are turned first
};

template <element T>
layout layout_for(const shape& weight, convolution_geometry g, direction what) {
  if (products_for<T>(weight, g, what) == products::eigen) {
    const auto [forward, backward] = eigen_convolution::prepared_sizes(weight, g);
    return {nullptr, what == direction::output ? forward : backward, false};
  }
  const bool turned_ones = what == direction::input_gradient && turns(weight, g);
  const plan& p =
      turned_ones ? plan::of(turned(weight), turned(weight, g), direction::output, is_half<T>) : plan::of(weight, g, what, is_half<T>);
  return {&p, p.offered() ? packed_weights<reference, T>::floats_of(p) : 0, turned_ones};
}

/// Elements of weights (kh, kw, c, f) as they are multiplied while they stand still, for the output and for the input's gradient.
template <element T>
std::pair<index_t, index_t> prepared_sizes(const shape& weight, convolution_geometry g) {
  constexpr auto in_a_float = static_cast<index_t>(sizeof(float) / sizeof(T));
  return {in_a_float * layout_for<T>(weight, g, direction::output).floats,
          in_a_float * layout_for<T>(weight, g, direction::input_gradient).floats};
}

/// Lays them out.
template <class Threads, element T>
void prepare_weights(const shape& weight, convolution_geometry g, const float* w, T* forward, T* backward) {
  const layout out = layout_for<T>(weight, g, direction::output), in = layout_for<T>(weight, g, direction::input_gradient);
  if (out.by == nullptr || in.by == nullptr) {  // eigen lays out for both: what is not its own goes nowhere
    const host_storage<float> halves = is_half<T> ? rounded<Threads>(weight, w) : host_storage<float>();
    const auto [first, second]       = eigen_convolution::prepared_sizes(weight, g);
    host_storage<float> spare(std::max(out.by == nullptr ? 0 : first, in.by == nullptr ? 0 : second));
    const auto room = [&spare](const layout& l, void* to) { return l.by == nullptr ? static_cast<float*>(to) : spare.data(); };
    eigen_convolution::prepare_weights<Threads>(weight, g, is_half<T> ? halves.data() : w, room(out, forward), room(in, backward));
  }
  if (out.by != nullptr && out.floats > 0) pack_weights<Threads>(*out.by, weight, w, out.turns, forward);
  if (in.by != nullptr && in.floats > 0) pack_weights<Threads>(*in.by, weight, w, in.turns, backward);
}

/// The convolution of so many images.
constexpr convolution_shape with_images(convolution_shape s, index_t count) {
  s.n = count;
  return s;
}

/// to = finish(product(f(from))) by eigen, with rounded weights, by product(shape, factors, weights, laid out weights or null, sums).
template <class Threads, light_function F, class Product, class Finish>
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

/// y = f(x) ⋆ w + bias + addend, with laid out weights unless they are null.
template <class Threads, element T, light_function F>
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
template <class Threads, element T, light_function F>
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

/// Partial sums of a gradient of weights: eight, fewer where they would take more than 32 MiB, but two.
constexpr index_t partial_sums(const shape& weight) {
  return std::clamp<index_t>((index_t{8} << 20) / std::max<index_t>(1, weight.size()), 2, 8);
}

/// dw += ∂L/∂w of f(x) ⋆ w by oneDNN, if it offers that: partial sums over blocks of images, added in order.
template <class Threads, element T, light_function F>
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
    const index_t first = part * step, count = std::min(step, s.n - first);
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
template <class Threads, element T, light_function F>
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
