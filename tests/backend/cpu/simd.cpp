// SPDX-License-Identifier: MIT
#include "../../support/numbers.hpp"

#include <jem/backend/cpu/simd.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <limits>
#include <utility>
#include <vector>

using jem::index_t;

TEST_CASE_TEMPLATE("a pack loads and stores consecutive elements at any address", V, float, double) {
  constexpr auto width = static_cast<std::size_t>(jem::pack_width<V>);
  static_assert(width >= 2 && sizeof(jem::pack<V>) == width * sizeof(V));
  const auto from = test::random_values<V>(static_cast<index_t>(width) + 1);
  std::vector<V> to(width + 2, V(9));
  jem::store_pack(to.data() + 1, 2 * jem::load_pack(from.data() + 1));
  for (std::size_t i = 0; i < width; ++i) CHECK(to[i + 1] == 2 * from[i + 1]);
  CHECK(to.front() == V(9));
  CHECK(to.back() == V(9));
}

TEST_CASE_TEMPLATE("a pack loaded in part has zeros after that part, and a pack stored in part writes nothing else", V, float, double) {
  const index_t width = jem::pack_width<V>;
  const auto from     = test::random_values<V>(width);
  for (index_t count = 0; count <= width; ++count) {
    std::vector<V> zeros(static_cast<std::size_t>(width), V(9)), part = zeros;
    jem::store_pack(zeros.data(), jem::load_pack(from.data(), count));
    jem::store_pack(part.data(), jem::load_pack(from.data()), count);
    for (std::size_t i = 0; i < zeros.size(); ++i) {
      const bool inside = static_cast<index_t>(i) < count;
      CHECK(zeros[i] == (inside ? from[i] : V(0)));
      CHECK(part[i] == (inside ? from[i] : V(9)));
    }
  }
}

TEST_CASE("packs cover a row once, and the last one may be a part") {
  constexpr index_t width = jem::pack_width<float>;
  for (const index_t columns : {index_t{0}, index_t{1}, width - 1, width, width + 1, 3 * width}) {
    index_t next = 0;
    jem::for_packs<float>(columns, [&](index_t j, index_t count) {
      CHECK(j == next);
      CHECK(count == std::min(width, columns - j));
      next = j + count;
    });
    CHECK(next == columns);
  }
}

TEST_CASE_TEMPLATE("a square of packs is transposed", V, float, double) {
  constexpr index_t lanes = jem::pack_width<V>;
  jem::pack<V> square[lanes];
  for (index_t i = 0; i < lanes; ++i) {
    for (index_t j = 0; j < lanes; ++j) square[i][j] = static_cast<V>(100 * i + j);
  }
  jem::transpose_packs<V>(square);
  for (index_t i = 0; i < lanes; ++i) {
    for (index_t j = 0; j < lanes; ++j) CHECK(V(square[i][j]) == static_cast<V>(100 * j + i));
  }
}

TEST_CASE("bfloat16 is loaded as packs of floats, and stored with the rounding of a single number, for NaN and infinities, too") {
  constexpr index_t width = jem::pack_width<float>;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  auto from = test::random_values<float>(100 * width);
  from.insert(from.end(), {nan, -nan, infinity, -infinity, 0.0f, -0.0f, 0x1p-149f, 3.4e38f, 0x1.01p0f, 0x1.03p0f});
  for (const auto bits : {0x7f800001u, 0xff80ffffu, 0x7fffffffu}) from.push_back(std::bit_cast<float>(bits));
  std::vector<jem::bfloat16> halves(from.size());
  std::vector<float> rounded(from.size()), back(from.size());
  jem::for_packs<float>(std::ssize(from), [&](index_t j, auto count) {
    const auto v = jem::load_pack(std::as_const(from).data() + j, count);
    jem::store_pack(halves.data() + j, v, count);
    jem::store_pack(rounded.data() + j, jem::rounded_to<jem::bfloat16>(v), count);
    jem::store_pack(back.data() + j, jem::load_pack(std::as_const(halves).data() + j, count), count);
  });
  for (std::size_t i = 0; i < from.size(); ++i) CHECK(halves[i].bits == jem::bfloat16(from[i]).bits);
  CHECK(test::same_bits(back, test::as<float>(halves)));
  CHECK(test::same_bits(rounded, back));
}

TEST_CASE("a pack of bfloat16 loaded in part has zeros after that part, and a pack stored in part writes nothing else") {
  constexpr index_t width = jem::pack_width<float>;
  const std::vector<jem::bfloat16> from(static_cast<std::size_t>(width), jem::bfloat16(3.0f));
  for (index_t count = 0; count <= width; ++count) {
    auto part = from;
    jem::store_pack(part.data(), jem::load_pack(from.data(), count) - 1.0f, count);
    const auto all = jem::load_pack(from.data(), count);
    for (index_t i = 0; i < width; ++i) {
      CHECK(float(part[static_cast<std::size_t>(i)]) == (i < count ? 2.0f : 3.0f));
      CHECK(float(all[i]) == (i < count ? 3.0f : 0.0f));
    }
  }
}
