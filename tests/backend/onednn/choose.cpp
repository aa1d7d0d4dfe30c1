// SPDX-License-Identifier: MIT
#include <jem/backend/onednn/choose.hpp>

#include <doctest/doctest.h>

using jem::bfloat16;
using namespace jem::onednn_convolution;

TEST_CASE("in float oneDNN is chosen for kernels of one pixel or images of a few colours") {
  CHECK(products_for<float>({1, 1, 64, 128}, {2, 0}, direction::output) == products::onednn);
  CHECK(products_for<float>({1, 1, 64, 128}, {1, 0}, direction::input_gradient) == products::onednn);
  CHECK(products_for<float>({1, 1, 64, 128}, {2, 0}, direction::input_gradient) == products::eigen);
  CHECK(products_for<float>({3, 3, 3, 16}, {1, 1}, direction::weight_gradient) == products::onednn);
  CHECK(products_for<float>({3, 3, 3, 16}, {1, 1}, direction::input_gradient) == products::eigen);
  CHECK(products_for<float>({3, 3, 1, 16}, {1, 1}, direction::output) == products::eigen);
  CHECK(products_for<float>({3, 3, 16, 16}, {1, 1}, direction::output) == products::eigen);
}

TEST_CASE("in bfloat16 the library that is fastest on this processor is chosen") {
  constexpr auto out   = direction::output;
  const bool vectors   = multiplies_bfloat16() && !multiplies_matrices();
  const auto elsewhere = multiplies_bfloat16() ? products::onednn : products::eigen, winograd = vectors ? products::eigen : elsewhere;
  CHECK(products_for<bfloat16>({3, 3, 15, 64}, {1, 1}, out) == elsewhere);  // too few channels
  CHECK(products_for<bfloat16>({3, 3, 64, 64}, {2, 1}, out) == elsewhere);  // a stride of 2
  CHECK(products_for<bfloat16>({1, 1, 64, 64}, {1, 0}, out) == elsewhere);
  CHECK(products_for<bfloat16>({3, 3, 16, 64}, {1, 1}, out) == winograd);
  CHECK(products_for<bfloat16>({3, 3, 64, 64}, {1, 1}, out) == winograd);
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out) == elsewhere);  // weights are too large to be kept, and it has too few tiles
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out, 127) == elsewhere);
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out, 128) == winograd);  // enough tiles
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, direction::weight_gradient) == winograd);
  CHECK(products_for<bfloat16>({32, 8, 8, 256, 3, 3, 256, 1, 1}, out) == winograd);
  CHECK(products_for<bfloat16>({31, 8, 8, 256, 3, 3, 256, 1, 1}, out) == elsewhere);
}
