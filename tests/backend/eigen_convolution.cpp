// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/backend/eigen_convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace convolution = jem::eigen_convolution;
using jem::index_t;

namespace {

/// Element (a, b, channel) of the patch of an output pixel, by the definition.
double patch_element(const jem::convolution_shape& s, const std::vector<double>& x, index_t pixel, index_t a, index_t b, index_t channel) {
  const index_t image = pixel / (s.oh() * s.ow()), row = pixel / s.ow() % s.oh(), column = pixel % s.ow();
  const index_t ih = row * s.stride - s.padding + a, iw = column * s.stride - s.padding + b;
  if (ih < 0 || ih >= s.h || iw < 0 || iw >= s.w) return 0;
  return x[static_cast<std::size_t>(((image * s.h + ih) * s.w + iw) * s.c + channel)];
}

const std::vector<jem::convolution_shape> shapes{{2, 5, 7, 3, 3, 3, 4, 1, 1},
                                                 {3, 6, 4, 2, 4, 4, 1, 2, 1},
                                                 {1, 4, 4, 1, 1, 1, 1, 1, 2},
                                                 {2, 7, 3, 1, 2, 3, 2, 3, 2},
                                                 {1, 3, 3, 2, 5, 5, 1, 1, 2}};

}  // namespace

TEST_CASE("a block of pixels is a multiple of 16 of some 256 KiB, and at least 16") {
  CHECK(convolution::block_pixels({1, 8, 8, 1, 3, 3, 1, 1, 1}) == 512);
  CHECK(convolution::block_pixels({1, 8, 8, 64, 3, 3, 1, 1, 1}) == 112);
  CHECK(convolution::block_pixels({1, 8, 8, 5000, 5, 5, 1, 1, 1}) == 16);
}

TEST_CASE("gathered patches hold the pixels under the kernel and zeros outside the image, from any pixel on") {
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    const auto x = test::random_values<double>(s.input().size(), 5);
    for (const index_t first : {index_t{0}, s.pixels() / 3}) {
      const index_t count = s.pixels() - first;
      std::vector<double> patches(static_cast<std::size_t>(count * s.patch()), -9), expected;
      convolution::gather_patches(s, x.data(), first, count, patches.data());
      for (index_t pixel = first; pixel < s.pixels(); ++pixel) {
        for (index_t j = 0; j < s.patch(); ++j) expected.push_back(patch_element(s, x, pixel, j / s.c / s.kw, j / s.c % s.kw, j % s.c));
      }
      CHECK(patches == expected);
    }
  }
}

// ⟨gather(x), p⟩ = ⟨x, scatter(p)⟩ for all x and p.
TEST_CASE("scattering patches is the transpose of gathering them") {
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    const auto x = test::random_values<double>(s.input().size(), 6), p = test::random_values<double>(s.pixels() * s.patch(), 7);
    std::vector<double> gathered(p.size()), scattered(x.size(), -9);
    convolution::gather_patches(s, x.data(), 0, s.pixels(), gathered.data());
    convolution::scatter_patches(s, p.data(), 0, s.n, scattered.data());
    double left = 0, right = 0;
    for (std::size_t i = 0; i < p.size(); ++i) left += gathered[i] * p[i];
    for (std::size_t i = 0; i < x.size(); ++i) right += x[i] * scattered[i];
    CHECK(left == doctest::Approx(right).epsilon(1e-12));
  }
}
