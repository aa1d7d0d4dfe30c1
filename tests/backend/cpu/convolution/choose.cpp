// SPDX-License-Identifier: MIT
#include <jem/backend/cpu/convolution/choose.hpp>

#include <doctest/doctest.h>

using jem::index_t;

TEST_CASE(
    "Winograd's algorithms are chosen for 3x3 kernels of stride 1 and for halvings, given enough channels and at least half full tiles") {
  using namespace jem::eigen_convolution;
  static_assert(forward_method<float>({1, 4, 4, 8, 3, 3, 1, 1, 1}) == method::sliding_4x4);
  static_assert(forward_method<float>({1, 7, 7, 8, 3, 3, 1, 1, 1}) == method::sliding_8x4);
  static_assert(forward_method<float>({1, 4, 4, 7, 3, 3, 1, 1, 1}) == method::windows);  // channels
  static_assert(forward_method<float>({1, 4, 4, 8, 1, 1, 1, 1, 1}) == method::windows);
  static_assert(forward_method<float>({1, 4, 4, 8, 2, 3, 1, 1, 1}) == method::windows);
  static_assert(forward_method<float>({1, 2, 2, 8, 3, 3, 1, 1, 1}) == method::windows);  // a tile is only a quarter full
  static_assert(forward_method<float>({1, 5, 5, 8, 3, 3, 1, 1, 1}) == method::windows);  // 25 outputs in 4 tiles, which have room for 64
  static_assert(forward_method<float>({1, 8, 8, 8, 3, 3, 1, 2, 1}) == method::halving_3);
  static_assert(forward_method<float>({1, 8, 8, 8, 4, 4, 1, 2, 1}) == method::halving_4);
  static_assert(forward_method<float>({1, 8, 8, 8, 4, 4, 1, 2, 0}) == method::windows);  // padding
  static_assert(forward_method<float>({1, 8, 8, 8, 4, 4, 1, 3, 1}) == method::windows);
  static_assert(backward_method<float>({1, 8, 8, 1, 4, 4, 8, 2, 1}) == method::halving_4);
  static_assert(backward_method<float>({1, 8, 8, 8, 4, 4, 1, 2, 1}) == method::windows);
  static_assert(backward_method<float>({1, 4, 4, 8, 4, 4, 8, 2, 1}) == method::windows);
  static_assert(backward_method<float>({1, 4, 4, 1, 3, 3, 32, 1, 1}) == method::dots);
  CHECK(true);
}

TEST_CASE(
    "of the tiles that are accurate enough those with the fewest products are chosen: larger ones for bfloat16, the smallest for double") {
  using namespace jem::eigen_convolution;
  using jem::bfloat16;
  const auto on = [](index_t h, index_t w, index_t c = 64) { return jem::convolution_shape{1, h, w, c, 3, 3, 64, 1, 1}; };
  CHECK(forward_method<float>(on(32, 32)) == method::sliding_8x4);
  CHECK(forward_method<float>(on(8, 8)) == method::sliding_8x4);
  CHECK(forward_method<float>(on(4, 4)) == method::sliding_4x4);
  CHECK(forward_method<float>(on(12, 12)) ==
        method::sliding_4x4);  // two rows of tall tiles take no fewer products than three of small ones
  CHECK(forward_method<float>(on(32, 32, 192)) == method::sliding_8x4);
  CHECK(forward_method<float>(on(32, 32, 193)) == method::sliding_4x4);  // longer sums have larger errors
  CHECK(backward_method<float>({1, 32, 32, 193, 3, 3, 64, 1, 1}) == method::sliding_8x4);
  CHECK(forward_method<double>(on(32, 32)) == method::sliding_4x4);
  CHECK(forward_method<bfloat16>(on(32, 32)) == method::sliding_8x8);
  CHECK(forward_method<bfloat16>(on(32, 32, 23)) == method::sliding_8x4);  // the largest tiles would add too much error to short sums
  CHECK(forward_method<bfloat16>(on(32, 32, 24)) == method::sliding_8x8);
  CHECK(forward_method<bfloat16>(on(32, 32, 160)) == method::sliding_8x8);
  CHECK(forward_method<bfloat16>(on(32, 32, 161)) == method::sliding_8x4);
  CHECK(forward_method<bfloat16>(on(32, 32, 640)) == method::sliding_8x4);
  CHECK(forward_method<bfloat16>(on(7, 7)) == method::sliding_8x8);
  CHECK(forward_method<bfloat16>(on(4, 4)) == method::sliding_4x4);
  CHECK(forward_method<bfloat16>(on(8, 4)) == method::sliding_8x4);
  CHECK(weights_method<float>({8, 8, 8, 64, 3, 3, 64, 1, 1}) == method::sliding_8x4);
  CHECK(weights_method<bfloat16>({8, 8, 8, 64, 3, 3, 64, 1, 1}) == method::sliding_8x8);
  CHECK(weights_method<bfloat16>({7, 8, 8, 64, 3, 3, 64, 1, 1}) == method::sliding_4x4);  // 448 pixels
  CHECK(weights_method<float>({1, 8, 3, 64, 3, 3, 64, 1, 1}) == method::windows);
}

TEST_CASE("whether tiles are full enough depends neither on the type nor on the number of the images") {
  using namespace jem::eigen_convolution;
  int right = 0;
  for (index_t h = 1; h <= 40; ++h) {
    for (index_t w = 1; w <= 40; ++w) {
      const jem::convolution_shape one{1, h, w, 16, 3, 3, 16, 1, 1}, none{0, h, w, 16, 3, 3, 16, 1, 1};
      const bool windows = forward_method<float>(one) == method::windows;
      right +=
          (forward_method<jem::bfloat16>(one) == method::windows) == windows && forward_method<float>(none) == forward_method<float>(one);
    }
  }
  CHECK(right == 1600);
}
