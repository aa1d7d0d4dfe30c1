// SPDX-License-Identifier: MIT
// The conformance suite, part three: convolutions and their two gradients against the definition in double, under the rigorous
// bound of part one. A backend's own convolutions are asked where it has them, and the general one over its gemm otherwise.
#pragma once

#include "verbs.hpp"

#include <jem/tensor/convolution.hpp>

#include <algorithm>
#include <vector>

namespace conformance {

/// f(output element, input element, weight element) for each product that a convolution is made of.
template <class F>
void for_each_product(const jem::convolution_shape& s, F f) {
  for (index_t pixel = 0; pixel < s.pixels(); ++pixel) {
    const index_t image = pixel / (s.oh() * s.ow()), top = pixel / s.ow() % s.oh() * s.stride - s.padding,
                  left = pixel % s.ow() * s.stride - s.padding;
    for (index_t a = std::max<index_t>(0, -top); a < std::min(s.kh, s.h - top); ++a) {
      for (index_t b = std::max<index_t>(0, -left); b < std::min(s.kw, s.w - left); ++b) {
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

/// A sum of products with the sum of their absolute values.
struct bounded_sums {
  std::vector<double> exact, bounds;

  explicit bounded_sums(index_t n) : exact(static_cast<std::size_t>(n)), bounds(static_cast<std::size_t>(n)) {}

  void add(std::size_t at, double a, double b) {
    exact[at] += a * b;
    bounds[at] += std::abs(a * b);
  }
  template <class V>
  double excess_of(const std::vector<V>& values, index_t terms) const {
    auto scaled = bounds;
    for (double& each : scaled) each *= gamma<V>(terms + 3);
    return excess(values, exact, scaled);
  }
};

template <class B, class V>
void check_convolution(const jem::convolution_shape& s) {
  using tensor  = jem::tensor<V, B>;
  const auto hx = test::random_values<V>(s.input().size(), 51), hw = test::random_values<V>(s.weight().size(), 52);
  const auto hdy = test::random_values<V>(s.output().size(), 53), before = test::random_values<V>(s.weight().size(), 54);
  bounded_sums y(s.output().size()), dx(s.input().size()), dw(s.weight().size());
  for (std::size_t i = 0; i < before.size(); ++i) dw.add(i, static_cast<double>(before[i]), 1);
  for_each_product(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    y.add(out, static_cast<double>(hx[in]), static_cast<double>(hw[weight]));
    dx.add(in, static_cast<double>(hdy[out]), static_cast<double>(hw[weight]));
    dw.add(weight, static_cast<double>(hdy[out]), static_cast<double>(hx[in]));
  });
  const tensor x(s.input(), hx), w(s.weight(), hw), dy(s.output(), hdy);
  const jem::convolution_geometry geometry{s.stride, s.padding};
  tensor gradient(s.weight(), before);
  add_convolution_weight_gradient(gradient, x, dy, geometry);
  CAPTURE(jem::to_string(s.input()));
  CAPTURE(jem::to_string(s.weight()));
  CAPTURE(s.stride);
  CAPTURE(s.padding);
  CHECK(y.excess_of(convolution(x, w, geometry).to_vector(), s.patch()) <= 1);
  CHECK(dx.excess_of(convolution_input_gradient(dy, w, geometry, s.input()).to_vector(), s.kh * s.kw * s.f) <= 1);
  CHECK(dw.excess_of(gradient.to_vector(), s.pixels()) <= 1);
}

/// Every kernel, stride and padding on images that are not square.
template <class B>
void convolutions_are_right() {
  for (const index_t kernel : {1, 2, 3, 4, 5}) {
    for (const index_t stride : {1, 2, 3}) {
      for (const index_t padding : {0, 1, 2}) {
        check_convolution<B, float>({2, 7, 9, 1, kernel, kernel, 3, stride, padding});
        check_convolution<B, float>({3, 6, 5, 3, kernel, kernel, 32, stride, padding});
        check_convolution<B, float>({1, 8, 5, 32, kernel, kernel, 2, stride, padding});
        check_convolution<B, double>({2, 5, 6, 2, kernel, kernel, 3, stride, padding});
      }
    }
  }
}

/// Kernels that are not square, one pixel, no image, and enough pixels for several blocks on several threads.
template <class B>
void unusual_convolutions_are_right() {
  check_convolution<B, float>({2, 6, 7, 3, 2, 5, 4, 1, 1});
  check_convolution<B, float>({2, 6, 7, 3, 5, 1, 4, 2, 2});
  check_convolution<B, float>({2, 1, 1, 5, 1, 1, 7, 1, 0});
  check_convolution<B, float>({2, 1, 2, 1, 3, 3, 1, 1, 1});
  check_convolution<B, float>({2, 2, 2, 1, 1, 1, 1, 1, 2});
  check_convolution<B, float>({0, 6, 7, 3, 3, 3, 4, 1, 1});
  check_convolution<B, float>({9, 17, 16, 8, 3, 3, 8, 1, 1});
  check_convolution<B, float>({40, 8, 8, 32, 4, 4, 8, 2, 1});
  check_convolution<B, float>({5, 32, 31, 1, 3, 3, 6, 1, 1});
}

/// |x| below 0: a light function whose derivative is neither 0 nor 1 there.
struct magnitude {
  static constexpr bool light = true;

  template <class V>
  constexpr V operator()(V x) const {
    return x < V{} ? -x : x;
  }
  template <class V>
  constexpr V derivative(V x) const {
    return x < V{} ? jem::filled<V>(-1) : jem::filled<V>(1);
  }
};

struct sign_of_it {
  template <class V>
  constexpr V operator()(V x) const {
    return x < 0 ? V(-1) : V(1);
  }
};

/// A function of the input, a bias and an addend give what passes of their own give, for either gradient, too.
template <class B, class V>
void check_terms(const jem::convolution_shape& s) {
  using T = jem::tensor<V, B>;
  const jem::convolution_geometry geometry{s.stride, s.padding};
  const magnitude f;
  const T x = test::random_tensor<T>(s.input(), 55), w = test::random_tensor<T>(s.weight(), 56), bias = test::random_tensor<T>({s.f}, 57),
          z = test::random_tensor<T>(s.output(), 58), dy = test::random_tensor<T>(s.output(), 59),
          dz          = test::random_tensor<T>(s.input(), 60);
  const auto prepared = prepare_convolution(w, geometry);
  T y = convolution(map(x, f), w, geometry), dx = convolution_input_gradient(dy, w, geometry, s.input());
  add_to_rows(y, bias);
  y    = y + z;
  dx   = dx * map(x, sign_of_it{}) + dz;
  T dw = test::random_tensor<T>(s.weight(), 61), same = dw;
  add_convolution_weight_gradient(dw, map(x, f), dy, geometry);
  add_convolution_weight_gradient(same, x, dy, geometry, f);
  CAPTURE(jem::to_string(s.input()));
  CAPTURE(jem::to_string(s.weight()));
  CAPTURE(s.stride);
  const double rounding = 1e-5 * std::sqrt(static_cast<double>(s.patch() + s.kh * s.kw * s.f));
  for (const auto& weights : {jem::prepared_weights<T>{}, prepared}) {
    CHECK(test::largest_difference(convolution(x, w, geometry, weights, jem::convolution_terms<T, magnitude>{f, &bias, &z}).to_vector(),
                                   y.to_vector()) < rounding);
    CHECK(test::largest_difference(
              convolution_input_gradient(dy, w, geometry, s.input(), weights, jem::gradient_terms<T, magnitude>{f, &x, &dz}).to_vector(),
              dx.to_vector()) < rounding);
  }
  CHECK(test::same_bits(same.to_vector(), dw.to_vector()));
}

/// Of every class of shapes that a backend may treat in its own way; (2, 7, 5, …) with stride 3 leaves pixels that no window covers.
template <class B>
void convolutions_with_terms_are_right() {
  check_terms<B, float>({5, 16, 18, 16, 3, 3, 20, 1, 1});
  check_terms<B, float>({2, 5, 6, 9, 3, 3, 40, 1, 0});
  check_terms<B, float>({3, 8, 8, 17, 3, 3, 24, 2, 1});
  check_terms<B, float>({3, 8, 6, 16, 4, 4, 33, 2, 1});
  check_terms<B, float>({2, 7, 5, 3, 2, 2, 4, 3, 0});
  check_terms<B, float>({2, 4, 5, 6, 1, 1, 8, 1, 0});
  check_terms<B, float>({2, 9, 7, 2, 1, 1, 3, 2, 0});
  check_terms<B, float>({9, 8, 8, 1, 3, 3, 32, 1, 1});
  check_terms<B, float>({3, 7, 6, 1, 2, 2, 16, 3, 1});
  check_terms<B, double>({2, 6, 5, 8, 3, 3, 9, 1, 1});
  check_terms<B, double>({2, 6, 5, 3, 3, 3, 4, 2, 1});
}

}  // namespace conformance
