// SPDX-License-Identifier: MIT
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/convolution/direct_one_channel.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>
#include <jem/tensor/convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace product = jem::window_product;
using jem::index_t;
using floats = std::vector<float>;
using exact  = jem::tensor<double, jem::reference>;

TEST_CASE("inner products are used if images have one channel and the filters fill whole packs") {
  static_assert(product::takes_dots({1, 8, 8, 1, 3, 3, 32, 1, 1}) && product::takes_dots({1, 8, 8, 1, 4, 4, 16, 2, 1}));
  static_assert(!product::takes_dots({1, 8, 8, 2, 3, 3, 32, 1, 1}) && !product::takes_dots({1, 8, 8, 1, 3, 3, 24, 1, 1}));
  CHECK(true);
}

TEST_CASE("a pack of inner products is right for windows that begin anywhere") {
  constexpr index_t lanes = jem::pack_width<float>, line = 3 * lanes;
  const floats a = test::random_values<float>(5 * 100 + 200, 1), b = test::random_values<float>(2 * line, 2);
  std::vector<std::int32_t> from;
  for (index_t i = 0; i < lanes; ++i) from.push_back(static_cast<std::int32_t>(7 * i % 40));
  const auto sums = product::dots(a.data(), from.data(), 2, 100, line, b.data());
  for (index_t i = 0; i < lanes; ++i) {
    double expected = 0;
    for (index_t k = 0; k < 2 * line; ++k) {
      const auto at = static_cast<std::size_t>(from[static_cast<std::size_t>(i)] + k / line * 100 + k % line);
      expected += static_cast<double>(a[at]) * static_cast<double>(b[static_cast<std::size_t>(k)]);
    }
    CHECK(sums[i] == doctest::Approx(expected).epsilon(1e-4));
  }
}

TEST_CASE("the gradient of images with one channel is right for several strides, paddings and batch sizes") {
  for (const jem::convolution_shape& s : {jem::convolution_shape{3, 7, 5, 1, 3, 3, 32, 1, 1},
                                          {1, 1, 1, 1, 1, 1, 16, 1, 0},
                                          {2, 9, 8, 1, 4, 4, 16, 2, 1},
                                          {5, 6, 7, 1, 2, 3, 48, 3, 2},
                                          {30, 8, 8, 1, 3, 3, 16, 1, 0},
                                          {0, 8, 8, 1, 3, 3, 16, 1, 1}}) {
    CAPTURE(jem::to_string(s.weight()));
    CAPTURE(s.stride);
    const floats dy = test::random_values<float>(s.output().size(), 1), w = test::random_values<float>(s.weight().size(), 2),
                 addend = test::random_values<float>(s.input().size(), 3);
    floats column(w.size()), dx(addend.size(), -9);
    product::lay_out_column(s, w.data(), column.data());
    product::input_gradient_by_dots<jem::openmp>(s, dy.data(), column.data(), jem::epilogue<float>{.addend = addend.data()}, dx.data());
    auto right = convolution_input_gradient(exact(s.output(), test::as<double>(dy)), exact(s.weight(), test::as<double>(w)),
                                            {s.stride, s.padding}, s.input())
                     .to_vector();
    for (std::size_t i = 0; i < right.size(); ++i) right[i] += static_cast<double>(addend[i]);
    CHECK(test::largest_difference(dx, right) < 1e-4);
  }
}
