// SPDX-License-Identifier: MIT
// The conformance suite, part two: convolutions and their two gradients, compared with the definition in a wider type. The bound is that
// of rounding.hpp for as many terms as each sum has: γ of kh·kw·c + 3 for the output, of kh·kw·f + 3 for the input's gradient, of
// n·oh·ow + 3 for the weights' gradient. If a backend has its own convolutions, these are checked, otherwise the library's over its gemm.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/numbers.hpp>
#include <jem/conformance/rounding.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/columns.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

namespace jem::inline v0::conformance {

namespace detail {

/// f(output element, input element, weight element) for each product that a convolution adds up.
template <class F>
void for_each_product(const convolution_shape& s, F f) {
  for (index_t pixel = 0; pixel < s.pixels(); ++pixel) {
    const index_t image = pixel / (s.oh() * s.ow()), top = pixel / s.ow() % s.oh() * s.stride - s.padding,
                  left = pixel % s.ow() * s.stride - s.padding;
    for (index_t a = std::max<index_t>(0, -top); a < (std::min)(s.kh, s.h - top); ++a) {
      for (index_t b = std::max<index_t>(0, -left); b < (std::min)(s.kw, s.w - left); ++b) {
        for (index_t c = 0; c < s.c; ++c) {
          const auto in = static_cast<std::size_t>(((image * s.h + top + a) * s.w + left + b) * s.c + c);
          for (index_t o = 0; o < s.f; ++o) {
            f(static_cast<std::size_t>(pixel * s.f + o), in, static_cast<std::size_t>(((a * s.kw + b) * s.c + c) * s.f + o));
          }
        }
      }
    }
  }
}

template <class B, class V>
void hold_convolution(evidence& e, const convolution_shape& s) {
  using T       = tensor<V, B>;
  const auto hx = fine_values<V>(s.input().size(), 51), hw = fine_values<V>(s.weight().size(), 52);
  const auto hdy = fine_values<V>(s.output().size(), 53), before = fine_values<V>(s.weight().size(), 54);
  bounded_sums y(s.output().size()), dx(s.input().size()), dw(s.weight().size());
  for (std::size_t i = 0; i < before.size(); ++i) dw.add(i, static_cast<double>(before[i]), 1);
  for_each_product(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    y.add(out, static_cast<double>(hx[in]), static_cast<double>(hw[weight]));
    dx.add(in, static_cast<double>(hdy[out]), static_cast<double>(hw[weight]));
    dw.add(weight, static_cast<double>(hdy[out]), static_cast<double>(hx[in]));
  });
  const T x(s.input(), hx), w(s.weight(), hw), dy(s.output(), hdy);
  const convolution_geometry geometry{s.stride, s.padding};
  T gradient(s.weight(), before);
  add_convolution_weight_gradient(gradient, x, dy, geometry);
  const auto told = [&](const char* what) {
    return [&s, what] {
      return std::string(what) + ", " + named("images", s.input(), "weights", s.weight(), "stride", s.stride, "padding", s.padding);
    };
  };
  e.hold(y.excess_of(convolution(x, w, geometry).to_vector(), s.patch() + 3), 1, unit::bound, told("the output"));
  e.hold(dx.excess_of(convolution_input_gradient(dy, w, geometry, s.input()).to_vector(), s.kh * s.kw * s.f + 3), 1, unit::bound,
         told("the input's gradient"));
  e.hold(dw.excess_of(gradient.to_vector(), s.pixels() + 3), 1, unit::bound, told("the weights' gradient"));
}

}  // namespace detail

/// Every kernel, stride and padding on images that are not square.
template <class B, class V>
evidence convolutions_are_right() {
  evidence e = on_fresh_memory<B>();
  for (const index_t kernel : {1, 2, 3, 4, 5}) {
    for (const index_t stride : {1, 2, 3}) {
      for (const index_t padding : {0, 1, 2}) {
        if constexpr (std::is_same_v<V, float>) {
          detail::hold_convolution<B, V>(e, {2, 7, 9, 1, kernel, kernel, 3, stride, padding});
          detail::hold_convolution<B, V>(e, {3, 6, 5, 3, kernel, kernel, 32, stride, padding});
          detail::hold_convolution<B, V>(e, {1, 8, 5, 32, kernel, kernel, 2, stride, padding});
        } else {
          detail::hold_convolution<B, V>(e, {2, 5, 6, 2, kernel, kernel, 3, stride, padding});
        }
      }
    }
  }
  return e;
}

/// Kernels that are not square, images of one pixel, no image at all, and enough pixels for several blocks on several threads.
template <class B>
evidence unusual_convolutions_are_right() {
  evidence e = on_fresh_memory<B>();
  for (const convolution_shape& s : {convolution_shape{2, 6, 7, 3, 2, 5, 4, 1, 1},
                                     {2, 6, 7, 3, 5, 1, 4, 2, 2},
                                     {2, 1, 1, 5, 1, 1, 7, 1, 0},
                                     {2, 1, 2, 1, 3, 3, 1, 1, 1},
                                     {2, 2, 2, 1, 1, 1, 1, 1, 2},
                                     {0, 6, 7, 3, 3, 3, 4, 1, 1},
                                     {9, 17, 16, 8, 3, 3, 8, 1, 1},
                                     {40, 8, 8, 32, 4, 4, 8, 2, 1},
                                     {5, 32, 31, 1, 3, 3, 6, 1, 1}}) {
    detail::hold_convolution<B, float>(e, s);
  }
  return e;
}

/// x, but −0.3·x for x < 0: a cheap function whose derivative for x < 0 is neither 0 nor 1, and whose values there have more bits than x.
struct bent {
  static constexpr bool fusable = true;  ///< see fusable

  /// x or −0.3·x
  template <class V>
  constexpr V operator()(V x) const {
    return x < V{} ? filled<V>(-0.3) * x : x;
  }
  /// 1 or −0.3
  template <class V>
  constexpr V derivative(V x) const {
    return x < V{} ? filled<V>(-0.3) : filled<V>(1);
  }
};

/// The derivative of `bent`, as a function of numbers.
struct slope_of_bent {
  /// 1 or −0.3
  template <class V>
  constexpr V operator()(V x) const {
    return bent{}.derivative(x);
  }
};

namespace detail {

/// Compares a convolution with a function of the input, a bias and an addend, and both its gradients, with separate passes on reference.
template <class B, class V>
void hold_terms(evidence& e, const convolution_shape& s) {
  using T = tensor<V, B>;
  using R = tensor<V, reference>;
  const convolution_geometry geometry{s.stride, s.padding};
  const bent f;
  const auto of = [&]<class X>(std::type_identity<X>, const shape& extents, std::uint64_t seed) { return random_tensor<X>(extents, seed); };
  const std::type_identity<R> expected{};
  const R x = of(expected, s.input(), 55), w = of(expected, s.weight(), 56), dy = of(expected, s.output(), 59);
  R y = convolution(map(x, f), w, geometry), dx = convolution_input_gradient(dy, w, geometry, s.input()), dw = of(expected, s.weight(), 61);
  add_per_column(y, of(expected, {s.f}, 57));
  y  = y + of(expected, s.output(), 58);
  dx = dx * map(x, slope_of_bent{}) + of(expected, s.input(), 60);
  add_convolution_weight_gradient(dw, map(x, f), dy, geometry);

  const std::type_identity<T> own{};
  const T bx = of(own, s.input(), 55), bw = of(own, s.weight(), 56), bdy = of(own, s.output(), 59), bias = of(own, {s.f}, 57),
          z = of(own, s.output(), 58), dz = of(own, s.input(), 60);
  T fused = of(own, s.weight(), 61);
  add_convolution_weight_gradient(fused, bx, bdy, geometry, f);
  const auto told = [&](const char* what) {
    return [&s, what] {
      return std::string(what) + ", " + named("images", s.input(), "weights", s.weight(), "stride", s.stride, "padding", s.padding);
    };
  };
  const auto rounding = [](index_t terms) { return 1e-5 * std::sqrt(static_cast<double>(terms)); };
  for (const auto& weights : {prepared_weights<T>{}, prepare_convolution<T>(bw, geometry, s.input())}) {
    const T output = convolution(bx, bw, geometry, &bias, around<T, bent>{f, &z, &weights});
    const T slope  = convolution_input_gradient(bdy, bw, geometry, s.input(), &bx, around<T, bent>{f, &dz, &weights});
    e.hold(largest_difference(output.to_vector(), y.to_vector()), rounding(s.patch()), unit::absolute, told("the output"));
    e.hold(largest_difference(slope.to_vector(), dx.to_vector()), rounding(s.kh * s.kw * s.f), unit::absolute,
           told("the input's gradient"));
  }
  e.hold(largest_difference(fused.to_vector(), dw.to_vector()), rounding(s.pixels()), unit::absolute, told("the weights' gradient"));
}

}  // namespace detail

/// A shape of every kind for which a backend may have its own algorithm; (2, 7, 5, …) with stride 3 has pixels that no window covers.
template <class B>
evidence convolutions_with_terms_are_right() {
  evidence e = on_fresh_memory<B>();
  for (const convolution_shape& s : {convolution_shape{5, 16, 18, 16, 3, 3, 20, 1, 1},
                                     {2, 5, 6, 9, 3, 3, 40, 1, 0},
                                     {3, 8, 8, 17, 3, 3, 24, 2, 1},
                                     {3, 8, 6, 16, 4, 4, 33, 2, 1},
                                     {2, 7, 5, 3, 2, 2, 4, 3, 0},
                                     {2, 4, 5, 6, 1, 1, 8, 1, 0},
                                     {2, 9, 7, 2, 1, 1, 3, 2, 0},
                                     {9, 8, 8, 1, 3, 3, 32, 1, 1},
                                     {3, 7, 6, 1, 2, 2, 16, 3, 1}}) {
    detail::hold_terms<B, float>(e, s);
  }
  detail::hold_terms<B, double>(e, {2, 6, 5, 8, 3, 3, 9, 1, 1});
  detail::hold_terms<B, double>(e, {2, 6, 5, 3, 3, 3, 4, 2, 1});
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_convolutions{
    check{"convolutions of every kernel, stride and padding are right in float", convolutions_are_right<B, float>},
    check{"convolutions of every kernel, stride and padding are right in double", convolutions_are_right<B, double>},
    check{"unusual convolutions are right", unusual_convolutions_are_right<B>},
    check{"convolutions with a function of the input, a bias and an addend are right", convolutions_with_terms_are_right<B>}};

}  // namespace jem::inline v0::conformance
