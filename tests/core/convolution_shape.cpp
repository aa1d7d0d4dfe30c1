// SPDX-License-Identifier: MIT
#include <jem/core/convolution_shape.hpp>

#include <doctest/doctest.h>

using jem::make_convolution_shape;

TEST_CASE("a convolution's output is floor((h + 2 padding - kernel) / stride) + 1") {
  const auto same = make_convolution_shape({5, 8, 6, 3}, {3, 3, 3, 32}, {1, 1});
  CHECK(same.output() == jem::shape{5, 8, 6, 32});
  CHECK(same.patch() == 27);
  CHECK(same.pixels() == 5 * 48);

  const auto half = make_convolution_shape({5, 8, 7, 32}, {4, 4, 32, 64}, {2, 1});
  CHECK(half.output() == jem::shape{5, 4, 3, 64});

  const auto odd = make_convolution_shape({1, 10, 9, 1}, {3, 2, 1, 1}, {3, 0});
  CHECK(odd.output() == jem::shape{1, 3, 3, 1});

  const auto whole = make_convolution_shape({2, 5, 4, 1}, {5, 4, 1, 7}, {});
  CHECK(whole.output() == jem::shape{2, 1, 1, 7});
}

TEST_CASE("a convolution's shape has the extents of its input and weight") {
  const auto s = make_convolution_shape({5, 8, 6, 3}, {3, 2, 3, 32}, {2, 1});
  CHECK(s.input() == jem::shape{5, 8, 6, 3});
  CHECK(s.weight() == jem::shape{3, 2, 3, 32});
}

TEST_CASE("a batch may have no images") {
  CHECK(make_convolution_shape({0, 8, 8, 3}, {3, 3, 3, 4}, {1, 1}).output() == jem::shape{0, 8, 8, 4});
}

TEST_CASE("a convolution refuses different channels, missing axes, stride 0, negative padding and kernels that do not fit") {
  CHECK_THROWS_WITH_AS(make_convolution_shape({1, 8, 8, 3}, {3, 3, 1, 4}, {}),
                       "[convolution] expected (n, h, w, c) and (kh, kw, c, f) but received (1, 8, 8, 3) and (3, 3, 1, 4)",
                       std::invalid_argument);
  CHECK_THROWS_AS(make_convolution_shape({8, 8, 3}, {3, 3, 3, 4}, {}), std::invalid_argument);
  CHECK_THROWS_AS(make_convolution_shape({1, 8, 8, 3}, {3, 3, 3, 4}, {0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(make_convolution_shape({1, 8, 8, 3}, {3, 3, 3, 4}, {1, -1}), std::invalid_argument);
  CHECK_THROWS_AS(make_convolution_shape({1, 8, 8, 3}, {0, 3, 3, 4}, {}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(make_convolution_shape({1, 2, 8, 3}, {5, 3, 3, 4}, {1, 1}),
                       "[convolution] expected a kernel within the padded image (4, 10) but received (5, 3)", std::invalid_argument);
}

TEST_CASE("a convolution refuses images without channels and weights without filters") {
  CHECK_THROWS_AS(make_convolution_shape({1, 8, 8, 0}, {3, 3, 0, 4}, {}), std::invalid_argument);
  CHECK_THROWS_AS(make_convolution_shape({1, 8, 8, 3}, {3, 3, 3, 0}, {}), std::invalid_argument);
}
