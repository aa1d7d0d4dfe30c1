// SPDX-License-Identifier: MIT
#include <jem/backend/onednn/convolution.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

using namespace jem::onednn_convolution;

TEST_CASE("gradients have eight partial sums, and two for the largest weights") {
  static_assert(partial_sums({3, 3, 64, 64}) == 8);
  static_assert(partial_sums({3, 3, 640, 640}) == 2);
  static_assert(partial_sums({3, 3, 400, 400}) == 5);
  CHECK(true);
}

TEST_CASE("with_images changes the number of images and nothing else") {
  static_assert(with_images({9, 7, 5, 3, 2, 2, 4, 1, 1}, 2).input() == jem::shape{2, 7, 5, 3});
  static_assert(with_images({9, 7, 5, 3, 2, 2, 4, 1, 1}, 2).output() == jem::shape{2, 8, 6, 4});
  CHECK(true);
}

TEST_CASE("multiply returns false for a convolution that oneDNN does not offer, and writes nothing") {
  const float w = 1, x = 1;
  float y                          = 7;
  const jem::convolution_shape s   = {1, 1, 1, 1, 3, 3, 1, 1, 0};
  const weights<float> alone_there = {s.weight(), &w, nullptr};
  CHECK_FALSE(multiply<jem::openmp>(task{s, direction::output}, images<const float>{&x, 1}, jem::unchanged{}, alone_there, nullptr,
                                    images<float>{&y, 1}, finish<float>{}));
  CHECK(y == 7);
}
