// SPDX-License-Identifier: MIT
// Weights of the onednn backend's convolutions: rounded to the type of the images, rotated by 180° for gradients, and laid out in the order
// in which the products read them.
#pragma once

#include <jem/backend/cpu/convolution/dispatch.hpp>
#include <jem/backend/cpu/simd.hpp>
#include <jem/backend/onednn/choose.hpp>
#include <jem/backend/reference.hpp>

#include <algorithm>
#include <utility>

namespace jem::inline v0::onednn_convolution {

/// Whether the gradient of the input is computed as the output of a convolution with `turned` weights: they are rotated by 180°, and
/// channels and filters are exchanged. That is faster than oneDNN's own gradients.
constexpr bool turns(const shape& weight, convolution_geometry g) {
  return g.stride == 1 && weight[0] == weight[1] && g.padding < weight[0];
}
/// The extents of turned weights.
constexpr shape turned(const shape& weight) { return {weight[0], weight[1], weight[3], weight[2]}; }
/// The stride and the padding of turned weights.
constexpr convolution_geometry turned(const shape& weight, convolution_geometry g) { return {1, weight[0] - 1 - g.padding}; }
/// The convolution with turned weights, whose input has the extents of the output of s.
constexpr convolution_shape turned(const convolution_shape& s) {
  return {s.n, s.oh(), s.ow(), s.f, s.kh, s.kw, s.c, 1, s.kh - 1 - s.padding};
}

/// Weights (kh, kw, c, f), and the same weights as prepare_weights lays them out.
template <element T>
struct weights {
  shape extents;       ///< (kh, kw, c, f)
  const float* data;   ///< not laid out
  const T* prepared;   ///< laid out, or null
  bool turns = false;  ///< whether they are multiplied turned
};

/// w (kh, kw, c, f) → (kh, kw, f, c), rotated by 180°.
template <class Threads>
void turn(const shape& weight, const float* w, float* to) {
  const index_t taps = weight[0] * weight[1], c = weight[2], f = weight[3];
  Threads::for_each(taps * f, c, [=](index_t row, index_t j) { to[row * c + j] = w[((taps - 1 - row / f) * c + j) * f + row % f]; });
}

/// Lays out weights as a plan needs them, in as many bytes as it says.
template <class Threads>
void pack_weights(const plan& p, const shape& weight, const float* w, bool turns, void* to) {
  host_storage<float> other(turns ? weight.size() : 0);
  if (turns) turn<Threads>(weight, w, other.data());
  p.pack(turns ? other.data() : w, to);
}

/// Weights as a plan needs them: the prepared ones if their layout fits, otherwise a copy.
template <class Threads, element T>
class packed_weights {
 public:
  /// For plan p. Prepared weights were laid out for the plan `usual`.
  packed_weights(const plan& p, const plan& usual, const weights<T>& w)
      : usable_(w.prepared != nullptr && usual.offered() && usual.weights() == p.weights()), own_(usable_ ? 0 : floats_of(p)) {
    if (!usable_) pack_weights<Threads>(p, w.extents, w.data, w.turns, own_.data());
    memory_ = p.weights_at(usable_ ? const_cast<T*>(w.prepared) : static_cast<void*>(own_.data()));
  }
  const dnnl::memory& memory() const { return memory_; }  ///< to run the plan with

  /// The number of floats that a plan's weights take.
  static index_t floats_of(const plan& p) { return (p.weight_bytes() + 3) / 4; }

 private:
  bool usable_;
  host_storage<float> own_;
  dnnl::memory memory_;
};

/// Weights, each rounded to bfloat16, as floats.
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

/// Weights for an algorithm of Winograd's on images of bfloat16: a rounded copy, or prepared weights, which were rounded before they were
/// laid out.
template <class Threads>
class rounded_weights {
 public:
  /// From weights (kh, kw, c, f), and prepared weights or null.
  rounded_weights(const shape& weight, const float* w, const bfloat16* prepared)
      : own_(prepared == nullptr ? rounded<Threads>(weight, w) : host_storage<float>()), prepared_(prepared) {}
  const float* data() const { return own_.data(); }                               ///< null if there are prepared weights
  const float* prepared() const { return static_cast<const float*>(prepared_); }  ///< null if there are none

 private:
  host_storage<float> own_;
  const void* prepared_;
};

/// How weights are laid out for one direction.
struct layout {
  const plan* by;  ///< null if the eigen backend does it
  index_t floats;  ///< memory that they take
  bool turns;      ///< whether weights are turned first
};

/// The layout of the weights of s in one direction. It does not depend on the number of images.
template <element T>
layout layout_for(const convolution_shape& s, direction what) {
  const shape weight           = s.weight();
  const convolution_geometry g = geometry_of(s);
  if (products_for<T>(weight, g, what) == products::eigen) {
    const auto [forward, backward] = eigen_convolution::prepared_sizes<T>(s);
    return {nullptr, what == direction::output ? forward : backward, false};
  }
  const bool turned_ones = what == direction::input_gradient && turns(weight, g);
  const plan& p =
      turned_ones ? plan::of(turned(weight), turned(weight, g), direction::output, is_half<T>) : plan::of(weight, g, what, is_half<T>);
  return {&p, p.offered() ? packed_weights<reference, T>::floats_of(p) : 0, turned_ones};
}

/// Numbers of elements of laid out weights (kh, kw, c, f), for the output and for the input's gradient.
template <element T>
std::pair<index_t, index_t> prepared_sizes(const convolution_shape& s) {
  constexpr auto in_a_float = static_cast<index_t>(sizeof(float) / sizeof(T));
  return {in_a_float * layout_for<T>(s, direction::output).floats, in_a_float * layout_for<T>(s, direction::input_gradient).floats};
}

/// Lays out weights (kh, kw, c, f) for both directions, into as many elements as prepared_sizes says.
template <class Threads, element T>
void prepare_weights(const convolution_shape& s, const float* w, T* forward, T* backward) {
  const shape weight = s.weight();
  const layout out = layout_for<T>(s, direction::output), in = layout_for<T>(s, direction::input_gradient);
  if (out.by == nullptr || in.by == nullptr) {  // eigen lays out both: `spare` takes what oneDNN does itself
    const host_storage<float> halves = is_half<T> ? rounded<Threads>(weight, w) : host_storage<float>();
    const auto [first, second]       = eigen_convolution::prepared_sizes<T>(s);
    host_storage<float> spare((std::max)(out.by == nullptr ? 0 : first, in.by == nullptr ? 0 : second));
    const auto room = [&spare](const layout& l, void* to) { return l.by == nullptr ? static_cast<float*>(to) : spare.data(); };
    eigen_convolution::prepare_weights<Threads, T>(s, is_half<T> ? halves.data() : w, room(out, forward), room(in, backward));
  }
  if (out.by != nullptr && out.floats > 0) pack_weights<Threads>(*out.by, weight, w, out.turns, forward);
  if (in.by != nullptr && in.floats > 0) pack_weights<Threads>(*in.by, weight, w, in.turns, backward);
}

}  // namespace jem::inline v0::onednn_convolution
