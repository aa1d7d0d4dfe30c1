// SPDX-License-Identifier: MIT
// The error bound for results in bfloat16: the product of two such numbers is exact in float, so a sum of k operations in any order is at
// most γₖ·Σ|products| from the exact one; storing it in bfloat16 adds a relative error of at most 2⁻⁸. If eigen computes a convolution by
// Winograd's algorithm, sums have the products of a whole tile, most of which cancel, so the bound takes the largest Σ|products|. The
// conformance suite tests every kernel, stride and padding in float, too.
#include "../support/numbers.hpp"

#include <jem/backend/onednn.hpp>
#include <jem/backend/reference.hpp>
#include <jem/conformance/convolutions.hpp>
#include <jem/nn/activation.hpp>
#include <jem/tensor/convolution.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

using jem::bfloat16;
using jem::index_t;
using jem::onednn_convolution::direction, jem::onednn_convolution::products, jem::onednn_convolution::products_for;
using floats     = jem::tensor<float, jem::onednn>;
using halves     = jem::tensor<bfloat16, jem::onednn>;
using exact_sums = jem::conformance::bounded_sums;

namespace {

constexpr jem::functions::leaky_relu leaky{0.3f};

halves half_values(const jem::shape& extents, std::uint64_t seed) {
  return jem::converted<bfloat16>(test::random_tensor<floats>(extents, seed));
}

/// The largest error, divided by the bound for so many operations and one rounding to bfloat16.
double excess_of_halves(const exact_sums& s, const halves& y, index_t operations, products by) {
  auto bounds = s.absolute;
  if (by == products::eigen && !bounds.empty()) std::ranges::fill(bounds, *std::ranges::max_element(s.absolute));
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const double summed = jem::conformance::gamma<float>(operations) * bounds[i];
    bounds[i]           = summed + 0x1p-8 * (std::abs(static_cast<double>(s.exact[i])) + summed);
  }
  return jem::conformance::excess(test::as<float>(y.to_vector()), s.exact, bounds);
}

/// The operands of one convolution, with bias, addends and functions of the input.
struct example {
  jem::convolution_shape s;
  halves x = half_values(s.input(), 1), dy = half_values(s.output(), 2), z = half_values(s.output(), 3), dz = half_values(s.input(), 4);
  floats w = test::random_tensor<floats>(s.weight(), 5), bias = test::random_tensor<floats>({s.f}, 6),
         dw                          = test::random_tensor<floats>(s.weight(), 7);
  jem::convolution_geometry geometry = {s.stride, s.padding};

  /// The largest excess of the three verbs, with and without these terms.
  double largest_excess() const {
    double largest = 0;
    for (const auto& prepared : {jem::prepared_weights<halves>{}, jem::prepare_convolution<halves>(w, geometry, s.input())}) {
      largest = std::max({largest, excess_with(leaky, prepared, true), excess_with(jem::unchanged{}, prepared, false)});
    }
    return largest;
  }

  template <class F>
  double excess_with(const F& f, const jem::prepared_weights<halves>& prepared, bool terms) const {
    exact_sums y(s.output().size()), dx(s.input().size()), gradient(s.weight().size());
    const auto hx = x.to_vector(), hdy = dy.to_vector(), hz = z.to_vector(), hdz = dz.to_vector();
    const auto hw = w.to_vector(), hb = bias.to_vector(), hdw = dw.to_vector();
    const auto factor = [&](std::size_t in) { return static_cast<double>(bfloat16(f(static_cast<float>(hx[in])))); };
    const auto slope  = [&](std::size_t in) { return static_cast<double>(f.derivative(static_cast<float>(hx[in]))); };
    const auto half   = [](float v) { return static_cast<double>(bfloat16(v)); };
    jem::conformance::detail::for_each_product(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
      y.add(out, factor(in), half(hw[weight]));
      dx.add(in, static_cast<double>(hdy[out]) * slope(in), half(hw[weight]));
      gradient.add(weight, static_cast<double>(hdy[out]), factor(in));
    });
    for (std::size_t i = 0; terms && i < hz.size(); ++i) y.add(i, hz[i], 1), y.add(i, static_cast<double>(hb[i % hb.size()]), 1);
    for (std::size_t i = 0; terms && i < hdz.size(); ++i) dx.add(i, hdz[i], 1);
    for (std::size_t i = 0; i < hdw.size(); ++i) gradient.add(i, static_cast<double>(hdw[i]), 1);
    floats summed = dw;
    add_convolution_weight_gradient(summed, x, dy, geometry, f);
    const auto out = convolution(x, w, geometry, terms ? &bias : nullptr, jem::around<halves, F>{f, terms ? &z : nullptr, &prepared});
    const auto in = convolution_input_gradient(dy, w, geometry, s.input(), &x, jem::around<halves, F>{f, terms ? &dz : nullptr, &prepared});
    return std::max({excess_of_halves(y, out, s.patch() + 3, products_for<bfloat16>(s, direction::output)),
                     excess_of_halves(dx, in, s.kh * s.kw * s.f + 3, products_for<bfloat16>(s, direction::input_gradient)),
                     gradient.excess_of(summed.to_vector(), s.pixels() + 3)});
  }

  /// The results of all verbs, one after the other.
  std::vector<float> bits() const {
    const auto prepared = jem::prepare_convolution<halves>(w, geometry, s.input());
    floats summed       = dw;
    add_convolution_weight_gradient(summed, x, dy, geometry, leaky);
    auto all        = summed.to_vector();
    const auto take = [&all](const halves& y) {
      for (const bfloat16 v : y.to_vector()) all.push_back(v);
    };
    using jem::functions::leaky_relu;
    take(convolution(x, w, geometry, &bias, jem::around<halves, leaky_relu>{leaky, &z, &prepared}));
    take(convolution(x, w, geometry));
    take(convolution_input_gradient(dy, w, geometry, s.input(), &x, jem::around<halves, leaky_relu>{leaky, nullptr, &prepared}));
    take(convolution_input_gradient(dy, w, geometry, s.input()));
    return all;
  }
};

}  // namespace

TEST_CASE("onednn derives from eigen, and names the library and instruction set of its products") {
  static_assert(std::is_base_of_v<jem::eigen, jem::onednn>);
  static_assert(jem::onednn::host_memory && !jem::backend<jem::onednn, bfloat16>);
  CHECK(std::string(jem::onednn::name) == "onednn");
  CHECK(jem::onednn::library().starts_with("oneDNN "));
  CHECK(jem::onednn::library().find(" with " + jem::onednn_convolution::instruction_set() + ", Eigen 3") != std::string::npos);
}

TEST_CASE("convolutions in bfloat16 are right for every kernel, stride and padding") {
  for (const index_t kernel : {1, 2, 3, 4, 5}) {
    for (const index_t stride : {1, 2, 3}) {
      const index_t padding = (kernel + stride) % 3, kind = (kernel + 2 * stride) % 3;
      for (const index_t beside : {padding, kernel / 2}) {
        const jem::convolution_shape s = kind == 0   ? jem::convolution_shape{2, 7, 9, 1, kernel, kernel, 3, stride, beside}
                                         : kind == 1 ? jem::convolution_shape{3, 6, 5, 3, kernel, kernel, 32, stride, beside}
                                                     : jem::convolution_shape{1, 8, 5, 10, kernel, kernel, 5, stride, beside};
        CAPTURE(to_string(s.input()));
        CAPTURE(to_string(s.weight()));
        CAPTURE(stride);
        CAPTURE(beside);
        CHECK(example{s}.largest_excess() <= 1);
      }
    }
  }
}

TEST_CASE("convolutions in bfloat16 are right for a shape of every kind that the rule tells apart") {
  for (const jem::convolution_shape& s :
       {jem::convolution_shape{5, 16, 18, 16, 3, 3, 20, 1, 1},
        {9, 8, 9, 32, 3, 3, 40, 1, 1},   // Winograd, in blocks of which the last is smaller
        {2, 6, 7, 64, 3, 3, 64, 1, 1},   // the same with tiles that are not full
        {2, 2, 2, 40, 3, 3, 40, 1, 1},   // a quarter of a tile
        {3, 8, 8, 32, 4, 4, 24, 2, 1},   // stride 2, which halves the image
        {11, 9, 7, 16, 3, 3, 32, 2, 1},  // another, whose tiles extend over the edge
        {2, 9, 7, 16, 1, 1, 32, 2, 0},   // the shortcut of a residual block
        {2, 6, 7, 3, 2, 5, 4, 1, 1},     // kernels that are not square
        {2, 6, 7, 3, 5, 1, 4, 2, 2},
        {2, 1, 1, 5, 1, 1, 7, 1, 0},    // single pixels
        {2, 2, 2, 1, 1, 1, 1, 1, 2},    // more padding than kernel
        {2, 9, 9, 17, 3, 3, 19, 1, 3},  // nearly the shortest sums for Winograd's algorithm, with much padding
        {2, 9, 9, 16, 3, 3, 18, 1, 3},
        {2, 9, 9, 24, 3, 3, 26, 1, 3},   // the shortest sums for its largest tiles
        {1, 7, 5, 3, 2, 2, 4, 3, 0}}) {  // pixels that no window covers
    CAPTURE(to_string(s.input()));
    CAPTURE(to_string(s.weight()));
    CHECK(example{s}.largest_excess() <= 1);
  }
}

TEST_CASE("convolutions in bfloat16 with weights too large to be kept agree with eigen's up to rounding") {
  for (const jem::convolution_shape& s : {jem::convolution_shape{1, 8, 8, 192, 3, 3, 200, 1, 1}, {8, 16, 16, 192, 3, 3, 200, 1, 1}}) {
    using other = jem::tensor<bfloat16, jem::eigen>;
    using wide  = jem::tensor<float, jem::eigen>;
    const example e{s};
    const other x(s.input(), e.x.to_vector()), dy(s.output(), e.dy.to_vector());
    const wide w(s.weight(), e.w.to_vector());
    const auto prepared = jem::prepare_convolution<halves>(e.w, e.geometry, s.input());
    const auto near     = [](const halves& a, const other& b) {
      const auto got = test::as<double>(a.to_vector()), expected = test::as<double>(b.to_vector());
      double largest = 0;
      for (std::size_t i = 0; i < got.size(); ++i) {
        largest = std::max(largest, std::abs(got[i] - expected[i]) / (0x1p-7 * std::abs(expected[i]) + 1e-3));
      }
      return largest;
    };
    const jem::around<halves> with{.weights = &prepared};
    CHECK(near(convolution(e.x, e.w, e.geometry, nullptr, with), convolution(x, w, e.geometry)) <= 1);
    CHECK(near(convolution_input_gradient(e.dy, e.w, e.geometry, s.input(), nullptr, with),
               convolution_input_gradient(dy, w, e.geometry, s.input())) <= 1);
  }
}

TEST_CASE("a batch without images has an output without images, and adds nothing to a gradient") {
  for (const jem::shape& weight : {jem::shape{3, 3, 4, 5}, {3, 3, 64, 64}, {1, 1, 4, 5}}) {
    const example e{{0, 6, 6, weight[2], weight[0], weight[1], weight[3], 1, 0}};
    CHECK(convolution(e.x, e.w, e.geometry).size() == 0);
    CHECK(convolution_input_gradient(e.dy, e.w, e.geometry, e.s.input()).size() == 0);
    floats dw = e.dw;
    add_convolution_weight_gradient(dw, e.x, e.dy, e.geometry);
    CHECK(dw.to_vector() == e.dw.to_vector());
  }
}

TEST_CASE("weights prepared for one size of images give the same results for other sizes") {
  const floats w      = test::random_tensor<floats>({3, 3, 20, 30}, 1);
  const auto prepared = jem::prepare_convolution<halves>(w, {1, 1}, {2, 16, 16, 20});
  for (const index_t side : {1, 3, 16, 40}) {
    const halves x = half_values({2, side, side, 20}, 2);
    const jem::around<halves> with{.weights = &prepared};
    CHECK(test::same_bits(test::as<float>(convolution(x, w, {1, 1}, nullptr, with).to_vector()),
                          test::as<float>(convolution(x, w, {1, 1}).to_vector())));
  }
}

#ifdef _OPENMP
TEST_CASE("convolutions of onednn have the same bits for 1, 2 and 7 threads, and inside a parallel region") {
  const int before = omp_get_max_threads();
  for (const jem::convolution_shape& s : {jem::convolution_shape{19, 9, 8, 16, 3, 3, 24, 1, 1},
                                          {9, 8, 8, 64, 3, 3, 64, 1, 1},
                                          {10, 9, 8, 3, 3, 3, 16, 2, 1},
                                          {17, 8, 8, 16, 1, 1, 32, 1, 0}}) {
    CAPTURE(to_string(s.weight()));
    const example e{s};
    omp_set_num_threads(1);
    const auto expected = e.bits();
    for (const int threads : {2, 7}) {
      omp_set_num_threads(threads);
      CHECK(test::same_bits(e.bits(), expected));
    }
    std::vector<std::vector<float>> inside(3);
#pragma omp parallel for num_threads(3)
    for (int i = 0; i < 3; ++i) inside[static_cast<std::size_t>(i)] = e.bits();
    for (const auto& each : inside) CHECK(test::same_bits(each, expected));
    CHECK(omp_get_max_threads() == 7);
  }
  omp_set_num_threads(before);
}

TEST_CASE("convolutions of onednn allocate in their first round only") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const example e{{9, 8, 8, 16, 3, 3, 24, 1, 1}}, kept{{9, 8, 8, 64, 3, 3, 64, 1, 1}};
  (void)e.bits(), (void)kept.bits();
  const auto allocated = jem::host_pool::allocations();
  (void)e.bits(), (void)kept.bits();
  CHECK(jem::host_pool::allocations() == allocated);
  omp_set_num_threads(before);
}
#endif

TEST_CASE("an image's convolution in bfloat16 does not depend on the batch it is in") {
  for (const jem::convolution_shape& s : {jem::convolution_shape{40, 8, 8, 16, 3, 3, 24, 1, 1}, {40, 8, 8, 64, 3, 3, 64, 1, 1}}) {
    const example e{s};
    const halves all = convolution(e.x, e.w, e.geometry), one = convolution(halves(e.x.rows(17, 1)), e.w, e.geometry);
    CHECK(test::same_bits(test::as<float>(halves(all.rows(17, 1)).to_vector()), test::as<float>(one.to_vector())));
  }
}
