// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/backend/eigen_winograd.hpp>
#include <jem/backend/reference.hpp>
#include <jem/tensor/convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace winograd = jem::eigen_winograd;
using jem::index_t;
using floats = std::vector<float>;
using exact  = jem::tensor<double, jem::reference>;

namespace {

const float* const none = nullptr;
const jem::epilogue<float> as_they_are{};
const jem::unchanged x_itself{};

/// Batch 1, sizes of every remainder by 4, one tile and a part of one, channels and filters beside multiples of a pack, all paddings.
const std::vector<jem::convolution_shape> shapes{
    {1, 4, 4, 8, 3, 3, 1, 1, 1},    {2, 7, 9, 17, 3, 3, 33, 1, 1},  {3, 5, 6, 16, 3, 3, 16, 1, 0},
    {1, 8, 11, 33, 3, 3, 3, 1, 2},  {9, 8, 8, 24, 3, 3, 40, 1, 1},  {1, 3, 3, 8, 3, 3, 8, 1, 0},
    {2, 14, 14, 9, 3, 3, 64, 1, 1}, {1, 6, 5, 200, 3, 3, 5, 1, -1}, {5, 28, 28, 8, 3, 3, 8, 1, 1}};

struct example {
  floats x, w, bias, y;

  explicit example(const jem::convolution_shape& s)
      : x(test::random_values<float>(s.input().size(), 1)),
        w(test::random_values<float>(s.weight().size(), 2)),
        bias(test::random_values<float>(s.f, 3)),
        y(static_cast<std::size_t>(s.output().size())) {}

  winograd::weights<float> weights() const { return {w.data(), false}; }
  floats transformed(const jem::convolution_shape& s) const {
    floats u(static_cast<std::size_t>(winograd::weights_size(s.c, s.f)));
    winograd::transform_weights<jem::openmp>(weights(), s.c, s.f, u.data());
    return u;
  }
};

/// Without the edge of |padding| pixels where padding is negative.
exact cropped(const jem::convolution_shape& s, const floats& x) {
  const index_t edge = std::max<index_t>(0, -s.padding);
  std::vector<double> inner;
  for (index_t i = 0; i < s.input().size(); ++i) {
    const index_t row = i / (s.w * s.c) % s.h, column = i / s.c % s.w;
    if (row >= edge && row < s.h - edge && column >= edge && column < s.w - edge) inner.push_back(x[static_cast<std::size_t>(i)]);
  }
  return exact({s.n, s.h - 2 * edge, s.w - 2 * edge, s.c}, inner);
}

std::vector<double> expected(const jem::convolution_shape& s, const example& e) {
  return convolution(cropped(s, e.x), exact(s.weight(), test::as<double>(e.w)), {1, std::max<index_t>(0, s.padding)}).to_vector();
}

double relative_error(const floats& values, const std::vector<double>& exact_values) {
  return test::largest_difference(values, exact_values) / test::largest_difference(exact_values, std::vector<double>(exact_values.size()));
}

}  // namespace

TEST_CASE("the rule takes kernels of 3x3 with stride 1, enough channels and at least eight outputs a tile") {
  static_assert(winograd::takes({1, 4, 4, 8, 3, 3, 1, 1, 1}) && winograd::takes({1, 7, 7, 8, 3, 3, 1, 1, 1}));
  static_assert(!winograd::takes({1, 4, 4, 7, 3, 3, 1, 1, 1}) && !winograd::takes({1, 4, 4, 8, 3, 3, 1, 2, 1}));
  static_assert(!winograd::takes({1, 4, 4, 8, 1, 1, 1, 1, 1}) && !winograd::takes({1, 4, 4, 8, 2, 3, 1, 1, 1}));
  static_assert(!winograd::takes({1, 2, 2, 8, 3, 3, 1, 1, 1}) && !winograd::takes({1, 5, 5, 8, 3, 3, 1, 1, 1}));
}

TEST_CASE("transformed weights are kept up to 4 MiB of floats") {
  static_assert(winograd::worth_keeping(160, 160) && !winograd::worth_keeping(320, 320));
}

TEST_CASE("a convolution is right to 2e-6 of the largest output, by either schedule and for every shape") {
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.f);
    example e(s);
    const auto u     = e.transformed(s);
    const auto right = expected(s, e);
    winograd::convolve_by_tiles<jem::openmp>(s, 8, e.x.data(), x_itself, u.data(), as_they_are, e.y.data());
    CHECK(relative_error(e.y, right) < 2e-6);
    const floats by_tiles = e.y;
    for (const float* const weights : {u.data(), none}) {
      std::fill(e.y.begin(), e.y.end(), -9.0f);
      winograd::convolve_by_filters<jem::openmp>(s, e.x.data(), x_itself, weights, e.weights(), as_they_are, e.y.data());
      CHECK(relative_error(e.y, right) < 2e-6);
      CHECK(test::same_bits(e.y, by_tiles));
    }
  }
}

TEST_CASE("more than 128 tiles are transformed in parts, and blocks of any size give the same bits") {
  const jem::convolution_shape s{35, 8, 8, 8, 3, 3, 20, 1, 1};
  example e(s);
  const auto u = e.transformed(s);
  winograd::convolve_by_filters<jem::openmp>(s, e.x.data(), x_itself, u.data(), e.weights(), as_they_are, e.y.data());
  const floats first = e.y;
  CHECK(relative_error(first, expected(s, e)) < 2e-6);
  for (const index_t size : {8, 24, 512}) {
    winograd::convolve_by_tiles<jem::openmp>(s, size, e.x.data(), x_itself, u.data(), as_they_are, e.y.data());
    CHECK(test::same_bits(e.y, first));
  }
}

TEST_CASE("a bias is added to every output") {
  const jem::convolution_shape s = shapes[1];
  example e(s);
  auto right = expected(s, e);
  for (std::size_t i = 0; i < right.size(); ++i) right[i] += static_cast<double>(e.bias[i % e.bias.size()]);
  winograd::convolve<jem::openmp>(s, e.x.data(), x_itself, e.weights(), none, jem::epilogue<float>{.bias = e.bias.data()}, e.y.data());
  CHECK(relative_error(e.y, right) < 2e-6);
}

TEST_CASE("the weight gradient is right to 4e-6 of its largest element, by either schedule, and adds to what is there") {
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.f);
    if (s.padding < 0) continue;
    const example e(s);
    const auto dy = test::random_values<float>(s.output().size(), 4);
    exact right(s.weight(), test::as<double>(e.w));
    add_convolution_weight_gradient(right, cropped(s, e.x), exact(s.output(), test::as<double>(dy)), {1, s.padding});
    floats a = e.w, b = e.w;
    winograd::weight_gradient_by_tiles<jem::openmp>(s, e.x.data(), x_itself, dy.data(), a.data());
    winograd::weight_gradient_by_filters<jem::openmp>(s, e.x.data(), x_itself, dy.data(), b.data());
    CHECK(relative_error(a, right.to_vector()) < 4e-6);
    CHECK(relative_error(b, right.to_vector()) < 4e-6);
  }
}

TEST_CASE_TEMPLATE("a square of packs is transposed", V, float, double) {
  constexpr index_t lanes = jem::pack_width<V>;
  jem::pack<V> square[lanes];
  for (index_t i = 0; i < lanes; ++i) {
    for (index_t j = 0; j < lanes; ++j) square[i][j] = static_cast<V>(100 * i + j);
  }
  winograd::transpose_packs<V>(square);
  for (index_t i = 0; i < lanes; ++i) {
    for (index_t j = 0; j < lanes; ++j) CHECK(V(square[i][j]) == static_cast<V>(100 * j + i));
  }
}

TEST_CASE("turned weights are those of the turned kernel with channels exchanged") {
  for (const auto& [c, f] : {std::pair<index_t, index_t>{9, 33}, {40, 3}, {16, 16}}) {
    const auto w = test::random_values<float>(9 * c * f, 4);  // (3, 3, f, c)
    floats turned(w.size());                                  // (3, 3, c, f)
    for (index_t k = 0; k < 9; ++k) {
      for (index_t i = 0; i < c; ++i) {
        for (index_t j = 0; j < f; ++j) {
          turned[static_cast<std::size_t>((k * c + i) * f + j)] = w[static_cast<std::size_t>(((8 - k) * f + j) * c + i)];
        }
      }
    }
    floats a(static_cast<std::size_t>(winograd::weights_size(c, f))), b = a;
    winograd::transform_weights<jem::openmp>(winograd::weights<float>{turned.data(), false}, c, f, a.data());
    winograd::transform_weights<jem::openmp>(winograd::weights<float>{w.data(), true}, c, f, b.data());
    CHECK(a == b);
  }
}
