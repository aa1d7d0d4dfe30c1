// SPDX-License-Identifier: MIT
#include "../../support/numbers.hpp"

#include <jem/backend/onednn/blocks.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::bfloat16;
using jem::index_t;
using namespace jem::onednn_convolution;

namespace {

/// x/3 for positive x. Its values have to be rounded to bfloat16; its "derivative" is wrong on purpose, so that its use shows.
struct third {
  static constexpr bool fusable = true;

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

TEST_CASE("a block has at least one image, and about an eighth of them at most") {
  CHECK(images_in_block(1, 1 << 30, 1) == 1);
  CHECK(images_in_block(64, 1, 1) == 8);
  CHECK(images_in_block(65, 1, 1) == 9);
  CHECK(images_in_block(1000, 1024, 1024) == 64);
  CHECK(images_in_block(5, 0, 0) == 1);
}

TEST_CASE("read applies a function to each element and rounds as storing does, also at the ends of packs") {
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

TEST_CASE("finish multiplies by the derivative, adds the addend and rounds once") {
  // 2⁻⁸ + 2⁻¹⁷ is more than half a unit in the last place of 1. If it were rounded before it is added to 1, it would be half and be lost.
  const std::vector<float> sums{0x1.008p-10f, 0x1.008p-9f, 1};
  const auto input = halves({1, -1, -1}), addend = halves({1, 1, -2});
  std::vector<bfloat16> y(3);
  finish<bfloat16, third>{{}, input.data(), addend.data()}.operator()<jem::openmp>(sums.data(), 0, 3, y.data());
  CHECK(floats(y) == std::vector<float>{1 + 0x1p-7f, 1 + 0x1p-7f, 0});
  finish<bfloat16>{.addend = addend.data()}.operator()<jem::openmp>(sums.data() + 1, 1, 2, y.data());
  CHECK(floats(y) == std::vector<float>{1, -1, 0});
  static_assert(finish<bfloat16>{}.idle() && !finish<bfloat16, third>{}.idle());
}

TEST_CASE("blocks cover a batch once, the last one smaller, and each is finished with its own addends") {
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
