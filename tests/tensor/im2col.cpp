// SPDX-License-Identifier: MIT
// The conformance suite checks whole convolutions over patches, on backends without their own convolutions.
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/convolution.hpp>
#include <jem/tensor/im2col.hpp>

#include <doctest/doctest.h>

#include <vector>

using floats = std::vector<float>;

TEST_CASE("a patch has the pixels of a window, with zeros outside the image") {
  const jem::convolution_shape s{1, 2, 2, 1, 2, 2, 1, 1, 1};
  const floats x{1, 2, 3, 4};
  floats patches(static_cast<std::size_t>(s.pixels() * s.patch()));
  jem::detail::lay_out_patches<jem::reference>(s, x.data(), patches.data());
  CHECK(floats(patches.begin(), patches.begin() + 8) == floats{0, 0, 0, 1, 0, 0, 1, 2});
  CHECK(floats(patches.end() - 4, patches.end()) == floats{4, 0, 0, 0});
}

TEST_CASE("collect_patches adds up all values of the patches that contain a pixel") {
  const jem::convolution_shape s{1, 3, 3, 1, 2, 2, 1, 1, 0};
  const floats patches(static_cast<std::size_t>(s.pixels() * s.patch()), 1);
  floats dx(9);
  jem::detail::collect_patches<jem::reference>(s, patches.data(), dx.data());
  CHECK(dx == floats{1, 2, 1, 2, 4, 2, 1, 2, 1});
}

TEST_CASE("a batch is divided into parts whose patches fit into memory, and the results are those of the whole") {
  using detail_shape = jem::convolution_shape;
  CHECK(jem::detail::images_at_a_time<jem::reference>(detail_shape{64, 8, 8, 32, 3, 3, 32, 1, 1}) == 64);
  CHECK(jem::detail::images_at_a_time<jem::reference>(detail_shape{64, 224, 224, 64, 3, 3, 64, 1, 1}) == 1);
  CHECK(jem::detail::images_at_a_time<jem::reference>(detail_shape{0, 8, 8, 1, 3, 3, 1, 1, 1}) == 1);
  using T   = jem::tensor<float, jem::openmp>;
  const T x = test::random_tensor<T>({3, 100, 100, 20}, 1), w = test::random_tensor<T>({3, 3, 20, 1}, 2);
  REQUIRE(jem::detail::images_at_a_time<jem::reference>(jem::make_convolution_shape(x.extents(), w.extents(), {1, 1})) == 2);
  const T whole = convolution(x, w, {1, 1});
  const T last  = convolution(T(x.rows(2, 1)), w, {1, 1});
  CHECK(T(whole.rows(2, 1)).to_vector() == last.to_vector());
}
