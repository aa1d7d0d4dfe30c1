// SPDX-License-Identifier: MIT
// The conformance suite compares convolutions with the definition, too, for every kernel, stride and padding.
#include "../../../support/numbers.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/backend/reference.hpp>
#include <jem/nn/activation.hpp>
#include <jem/tensor/convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::index_t;
using fast  = jem::tensor<float, jem::eigen>;
using exact = jem::tensor<double, jem::reference>;

namespace {

template <class T>
double relative_error(const T& values, const exact& right) {
  const auto expected = right.to_vector();
  return test::largest_difference(values.to_vector(), expected) / test::largest_difference(expected, std::vector<double>(expected.size()));
}

/// The largest relative error of the three verbs, against reference in double.
double largest_error(const jem::convolution_shape& s) {
  const jem::convolution_geometry g{s.stride, s.padding};
  const fast x = test::random_tensor<fast>(s.input(), 1), w = test::random_tensor<fast>(s.weight(), 2),
             dy = test::random_tensor<fast>(s.output(), 3);
  const exact ex(s.input(), test::as<double>(x.to_vector())), ew(s.weight(), test::as<double>(w.to_vector())),
      edy(s.output(), test::as<double>(dy.to_vector()));
  fast dw   = jem::zeros<fast>(s.weight());
  exact edw = jem::zeros<exact>(s.weight());
  add_convolution_weight_gradient(dw, x, dy, g);
  add_convolution_weight_gradient(edw, ex, edy, g);
  return std::max({relative_error(convolution(x, w, g), convolution(ex, ew, g)), relative_error(dw, edw),
                   relative_error(convolution_input_gradient(dy, w, g, s.input()), convolution_input_gradient(edy, ew, g, s.input()))});
}

}  // namespace

TEST_CASE("convolutions are right to 2e-5 in float for a shape of every kind that the rule tells apart") {
  const std::vector<jem::convolution_shape> shapes{
      {2, 32, 32, 16, 3, 3, 16, 1, 1},   // Winograd, many tiles
      {3, 7, 7, 32, 3, 3, 48, 1, 1},     // tiles that reach over the edge
      {1, 4, 4, 64, 3, 3, 64, 1, 1},     // one tile
      {2, 16, 16, 192, 3, 3, 24, 1, 1},  // tall tiles with the longest sums
      {2, 16, 16, 24, 3, 3, 192, 1, 1},  // the same for the input's gradient
      {9, 32, 32, 64, 3, 3, 64, 1, 1},   // the same for the weights' gradient
      {2, 8, 8, 330, 3, 3, 340, 1, 1},   // weights too large to be kept
      {2, 9, 6, 17, 3, 3, 19, 1, 2},     // odd channels, wide padding
      {2, 9, 6, 17, 3, 3, 19, 1, 0},     // no padding
      {2, 9, 9, 17, 3, 3, 19, 1, 3},     // padding beyond the kernel: the gradient's is negative
      {3, 28, 28, 1, 3, 3, 32, 1, 1},    // a first layer
      {3, 28, 28, 1, 3, 3, 30, 1, 1},    // another, whose filters do not fill the last pack
      {3, 9, 10, 3, 3, 3, 16, 1, 1},     // another, of three colours
      {3, 8, 8, 32, 4, 4, 64, 2, 1},     // stride 2, which halves the image
      {3, 9, 7, 16, 3, 3, 32, 2, 1},     // another
      {2, 9, 7, 16, 1, 1, 32, 2, 0},     // the shortcut of a residual block
      {2, 5, 5, 100, 1, 1, 70, 1, 0},    // a plain matrix product
      {2, 2, 2, 40, 3, 3, 40, 1, 1},     // 3×3 on small images
      {2, 1, 1, 40, 3, 3, 8, 1, 1},      // 3×3 on single pixels
      {1, 9, 9, 300, 5, 5, 8, 1, 2},     // lines too long for one pass
  };
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(jem::to_string(s.weight()));
    CHECK(largest_error(s) < 2e-5);
  }
}

TEST_CASE("an image's convolution does not depend on the batch it is in") {
  for (const jem::convolution_shape& s : {jem::convolution_shape{40, 8, 8, 16, 3, 3, 24, 1, 1}, {40, 8, 8, 8, 4, 4, 8, 2, 1}}) {
    const jem::convolution_geometry g{s.stride, s.padding};
    const fast x = test::random_tensor<fast>(s.input(), 1), w = test::random_tensor<fast>(s.weight(), 2);
    const fast all = convolution(x, w, g), one = convolution(fast(x.rows(17, 1)), w, g);
    CHECK(test::same_bits(fast(all.rows(17, 1)).to_vector(), one.to_vector()));
  }
}

TEST_CASE("images in bfloat16 give the results of the same numbers in float, rounded once, forwards and backwards") {
  using jem::bfloat16;
  constexpr jem::functions::leaky_relu f{0.3f};
  const auto halves  = [](const fast& x) { return jem::converted<bfloat16>(x); };
  const auto rounded = [&](const fast& x) { return jem::converted<float>(halves(x)); };
  for (const jem::convolution_shape& s : {jem::convolution_shape{5, 9, 10, 17, 3, 3, 19, 1, 1}, {3, 8, 8, 32, 4, 4, 64, 2, 1}}) {
    const auto x = halves(test::random_tensor<fast>(s.input(), 1)), dy = halves(test::random_tensor<fast>(s.output(), 2)),
               z = halves(test::random_tensor<fast>(s.output(), 3)), dz = halves(test::random_tensor<fast>(s.input(), 4));
    const fast wx = jem::converted<float>(x), wdy = jem::converted<float>(dy), wz = jem::converted<float>(z),
               wdz = jem::converted<float>(dz), w = rounded(test::random_tensor<fast>(s.weight(), 5)),
               bias = test::random_tensor<fast>({s.f}, 6), factors = rounded(map(wx, f));
    jem::tensor<bfloat16, jem::eigen> y(s.output()), dx(s.input());
    fast wide_y(s.output()), wide_dx(s.input()), dw = w, wide_dw = w;
    const jem::convolution_terms<bfloat16, jem::functions::leaky_relu, float> terms{f, bias.data(), z.data()};
    const jem::gradient_terms<bfloat16, jem::functions::leaky_relu> slopes{f, x.data(), dz.data()};
    using namespace jem::eigen_convolution;
    const float* const none = nullptr;
    CHECK(forward_by_tiles<jem::openmp>(s, x.data(), w.data(), y.data(), none, terms));
    forward<jem::openmp>(s, factors.data(), w.data(), wide_y.data(), none, jem::convolution_terms<float>{{}, bias.data(), wz.data()});
    CHECK(test::same_bits(jem::converted<float>(y).to_vector(), rounded(wide_y).to_vector()));
    CHECK(input_gradient_by_tiles<jem::openmp>(s, dy.data(), w.data(), dx.data(), none, slopes));
    input_gradient<jem::openmp>(s, wdy.data(), w.data(), wide_dx.data(), none,
                                jem::gradient_terms<float, jem::functions::leaky_relu>{f, wx.data(), wdz.data()});
    CHECK(test::same_bits(jem::converted<float>(dx).to_vector(), rounded(wide_dx).to_vector()));
    CHECK(weight_gradient_by_tiles<jem::openmp>(s, x.data(), wdy.data(), dw.data(), f));
    weight_gradient<jem::openmp>(s, factors.data(), wdy.data(), wide_dw.data(), jem::unchanged{});
    CHECK(test::same_bits(dw.to_vector(), wide_dw.to_vector()));
  }
}
