// SPDX-License-Identifier: MIT
// The numbers in this file were computed from scikit-learn's digits.csv.gz, not from the text in the header.
#include "support/backends.hpp"

#include <jem/data/digits.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace {

using tensor = jem::tensor<float, jem::reference>;

/// The hash of Fowler, Noll and Vo: 64 bits, variant 1a.
template <class Range>
std::uint64_t fnv1a(const Range& values) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto value : values) hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001b3;
  return hash;
}

std::vector<int> class_counts(const jem::labels<tensor>& y) {
  std::vector<int> counts(10);
  for (const auto label : y.to_vector()) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

}  // namespace

TEST_CASE("the pixels of the digits are those of scikit-learn's file") {
  const auto levels = jem::data::digits_pixels();
  REQUIRE(levels.size() == 115'008);
  CHECK(std::accumulate(levels.begin(), levels.end(), 0L) == 561'718);
  CHECK(fnv1a(levels) == 0x493fa2f67df550a1);
  CHECK(std::ranges::count(levels, 0) == 56'272);
  CHECK(std::ranges::count(levels, 16) == 10'456);
  const std::vector<std::uint8_t> zero{0, 0,  5, 13, 9,  1, 0,  0, 0,  0,  13, 15, 10, 15, 5, 0,  0,  3, 15, 2, 0,  11,
                                       8, 0,  0, 4,  12, 0, 0,  8, 8,  0,  0,  5,  8,  0,  0, 9,  8,  0, 0,  4, 11, 0,
                                       1, 12, 7, 0,  0,  2, 14, 5, 10, 12, 0,  0,  0,  0,  6, 13, 10, 0, 0,  0};
  CHECK(std::vector(levels.begin(), levels.begin() + 64) == zero);
  CHECK(std::vector(levels.end() - 8, levels.end()) == std::vector<std::uint8_t>{0, 1, 8, 12, 14, 12, 1, 0});
}

TEST_CASE("the labels of the digits are those of scikit-learn's file") {
  const auto set = jem::data::digits<tensor>();
  const auto y   = set.y.to_vector();
  CHECK(set.classes == 10);
  CHECK(std::accumulate(y.begin(), y.end(), 0) == 8'070);
  CHECK(fnv1a(y) == 0x5c66ed875b0a9785);
  CHECK(class_counts(set.y) == std::vector{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
}

TEST_CASE("the digits are images in [-1, 1] on every backend") {
  const auto expected = jem::data::digits<tensor>().x.to_vector();
  CHECK(*std::ranges::min_element(expected) == -1.0f);
  CHECK(*std::ranges::max_element(expected) == 1.0f);
  CHECK(expected[2] == 5.0f / 8 - 1);
  test::on_every_tensor([&]<class T>() {
    const auto set = jem::data::digits<T>();
    CHECK(set.x.extents() == jem::shape{1797, 8, 8, 1});
    CHECK(set.y.extents() == jem::shape{1797});
    CHECK(set.x.to_vector() == expected);
  });
}

TEST_CASE("the first 1297 digits of the file are for training, and the last 500 for tests") {
  const auto all = jem::data::digits<tensor>(), train = jem::data::digits_train<tensor>(), test = jem::data::digits_test<tensor>();
  CHECK(train.size() == 1297);
  CHECK(test.size() == 500);
  CHECK(class_counts(test.y) == std::vector{50, 51, 49, 51, 51, 51, 51, 50, 46, 50});
  auto pixels     = train.x.to_vector();
  const auto rest = test.x.to_vector();
  pixels.insert(pixels.end(), rest.begin(), rest.end());
  CHECK(pixels == all.x.to_vector());
  CHECK(test.classes == 10);
}
