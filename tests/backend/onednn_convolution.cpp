// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/backend/onednn_convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::bfloat16;
using jem::index_t;
using jem::shape;
using namespace jem::onednn_convolution;

namespace {

/// x/3 for positive x: a function whose values are no numbers of bfloat16, with a derivative that tells it from others.
struct third {
  static constexpr bool light = true;

  template <class V>
  constexpr V operator()(V x) const {
    return x > V{} ? x / jem::filled<V>(3) : V{};
  }
  template <class V>
  constexpr V derivative(V x) const {
    return x > V{} ? jem::filled<V>(4) : jem::filled<V>(2);
  }
};

std::vector<bfloat16> halves(const std::vector<float>& values) {
  std::vector<bfloat16> all;
  for (const float v : values) all.emplace_back(v);
  return all;
}

std::vector<float> floats(const std::vector<bfloat16>& values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("the rule gives floats to oneDNN where kernels are of one pixel or images of a few colours") {
  CHECK(products_for<float>({1, 1, 64, 128}, {2, 0}, direction::output) == products::onednn);
  CHECK(products_for<float>({1, 1, 64, 128}, {1, 0}, direction::input_gradient) == products::onednn);
  CHECK(products_for<float>({1, 1, 64, 128}, {2, 0}, direction::input_gradient) == products::eigen);
  CHECK(products_for<float>({3, 3, 3, 16}, {1, 1}, direction::weight_gradient) == products::onednn);
  CHECK(products_for<float>({3, 3, 3, 16}, {1, 1}, direction::input_gradient) == products::eigen);
  CHECK(products_for<float>({3, 3, 1, 16}, {1, 1}, direction::output) == products::eigen);
  CHECK(products_for<float>({3, 3, 16, 16}, {1, 1}, direction::output) == products::eigen);
}

TEST_CASE("the rule gives bfloat16 to what is fastest on this processor") {
  constexpr auto out   = direction::output;
  const bool vectors   = multiplies_bfloat16() && !multiplies_matrices();
  const auto elsewhere = multiplies_bfloat16() ? products::onednn : products::eigen, winograd = vectors ? products::eigen : elsewhere;
  CHECK(products_for<bfloat16>({3, 3, 16, 64}, {1, 1}, out) == elsewhere);       // channels
  CHECK(products_for<bfloat16>({3, 3, 64, 64}, {2, 1}, out) == elsewhere);       // stride
  CHECK(products_for<bfloat16>({1, 1, 64, 64}, {1, 0}, out) == elsewhere);
  CHECK(products_for<bfloat16>({3, 3, 64, 64}, {1, 1}, out) == winograd);
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out) == elsewhere);     // weights are too large to be kept,
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out, 127) == elsewhere);
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, out, 128) == winograd);  // but there are tiles enough
  CHECK(products_for<bfloat16>({3, 3, 256, 256}, {1, 1}, direction::weight_gradient) == winograd);
  CHECK(products_for<bfloat16>({32, 8, 8, 256, 3, 3, 256, 1, 1}, out) == winograd);
  CHECK(products_for<bfloat16>({31, 8, 8, 256, 3, 3, 256, 1, 1}, out) == elsewhere);
}

TEST_CASE("turned twice, a convolution is itself") {
  static_assert(turns({3, 3, 4, 5}, {1, 2}));
  static_assert(!turns({3, 3, 4, 5}, {2, 1}) && !turns({3, 5, 4, 5}, {1, 1}) && !turns({3, 3, 4, 5}, {1, 3}));
  for (const jem::convolution_shape& s : {jem::convolution_shape{2, 7, 9, 4, 3, 3, 5, 1, 1}, {2, 7, 9, 4, 4, 4, 5, 1, 0}}) {
    const auto once = turned(s), twice = turned(once);
    CHECK(once.input() == s.output());
    CHECK(once.output() == s.input());
    CHECK(twice.weight() == s.weight());
    CHECK(twice.padding == s.padding);
  }
  const shape weight{2, 2, 1, 2};
  const std::vector<float> w{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> once(8), twice(8);
  turn<jem::openmp>(weight, w.data(), once.data());
  CHECK(once == std::vector<float>{7, 8, 5, 6, 3, 4, 1, 2});
  turn<jem::openmp>(turned(weight), once.data(), twice.data());
  CHECK(twice == w);
}

TEST_CASE("a block holds an image at least, and an eighth of them at most") {
  CHECK(images_in_block(1, 1 << 30, 1) == 1);
  CHECK(images_in_block(64, 1, 1) == 8);
  CHECK(images_in_block(65, 1, 1) == 9);
  CHECK(images_in_block(1000, 1024, 1024) == 64);
  CHECK(images_in_block(5, 0, 0) == 1);
}

TEST_CASE("elements are read through a function and rounded as they are stored, at the ends of packs, too") {
  for (const index_t n : {0, 1, 15, 16, 17, 100, 20'000}) {
    const auto x = halves(test::random_values<float>(n));
    std::vector<bfloat16> narrow(x.size() + 1, bfloat16(9.0f));
    std::vector<float> wide(x.size() + 1, 9.0f);
    read<jem::openmp>(x.data(), n, third{}, narrow.data());
    read<jem::openmp>(x.data(), n, third{}, wide.data());
    CHECK(floats(narrow) == wide);
    CHECK(wide.back() == 9);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(wide[i] == static_cast<float>(bfloat16(third{}(static_cast<float>(x[i])))));
  }
}

TEST_CASE("sums are multiplied, added to and rounded once") {
  // 2⁻⁸ + 2⁻¹⁷ is more than half a unit in the last place of 1: rounded before it is added to 1, it would be half, and lost.
  const std::vector<float> sums{0x1.008p-10f, 0x1.008p-9f, 1};
  const auto input = halves({1, -1, -1}), addend = halves({1, 1, -2});
  std::vector<bfloat16> y(3);
  finish<bfloat16, third>{{}, input.data(), addend.data()}.operator()<jem::openmp>(sums.data(), 0, 3, y.data());
  CHECK(floats(y) == std::vector<float>{1 + 0x1p-7f, 1 + 0x1p-7f, 0});
  finish<bfloat16>{.addend = addend.data()}.operator()<jem::openmp>(sums.data() + 1, 1, 2, y.data());
  CHECK(floats(y) == std::vector<float>{1, -1, 0});
  static_assert(finish<bfloat16>{}.idle() && !finish<bfloat16, third>{}.idle());
}

TEST_CASE("blocks cover a batch once, the last one ragged, and each is seen with its own terms") {
  constexpr index_t n = 7, in = 3, out = 2;
  const auto x = halves(test::random_values<float>(n * in)), more = halves(test::random_values<float>(n * out, 2));
  std::vector<bfloat16> y(n * out);
  const auto product = [](index_t count, const float* a, float* sums) {
    for (index_t i = 0; i < count; ++i) {
      for (index_t k = 0; k < out; ++k) sums[i * out + k] = a[i * in] + a[i * in + k + 1];
    }
  };
  in_blocks<float, float, jem::openmp>(n, 3, images<const bfloat16>{x.data(), in}, jem::unchanged{}, images<bfloat16>{y.data(), out},
                                       product, finish<bfloat16>{.addend = more.data()});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < out; ++k) {
      CHECK(static_cast<float>(y[i * out + k]) == static_cast<float>(bfloat16(x[i * in] + x[i * in + k + 1] + more[i * out + k])));
    }
  }
}

TEST_CASE("partial sums of a gradient are eight, and two of the largest weights") {
  static_assert(partial_sums({3, 3, 64, 64}) == 8);
  static_assert(partial_sums({3, 3, 640, 640}) == 2);
  static_assert(partial_sums({3, 3, 400, 400}) == 5);
  CHECK(true);
}
