// SPDX-License-Identifier: MIT
#include <jem/core/shape.hpp>

#include <doctest/doctest.h>

using jem::shape;

TEST_CASE("a shape knows its rank, its size and the size of a row") {
  constexpr shape images{64, 8, 6, 3};
  static_assert(images.rank() == 4);
  static_assert(images.size() == 64 * 8 * 6 * 3);
  static_assert(images.row_size() == 8 * 6 * 3);
  CHECK(images[0] == 64);
  CHECK(images[3] == 3);
}

TEST_CASE("a shape without axes has size 1, and one with an empty axis has size 0") {
  CHECK(shape{}.rank() == 0);
  CHECK(shape{}.size() == 1);
  CHECK(shape{}.row_size() == 1);
  CHECK(shape{5}.row_size() == 1);
  CHECK(shape{0, 7}.size() == 0);
  CHECK(shape{0, 7}.row_size() == 7);
  CHECK(shape{7, 0}.row_size() == 0);
}

TEST_CASE("shapes are equal if their ranks and extents are equal") {
  CHECK(shape{2, 3} == shape{2, 3});
  CHECK_FALSE(shape{2, 3} == shape{3, 2});
  CHECK_FALSE(shape{2, 3} == shape{2, 3, 1});
  CHECK_FALSE(shape{} == shape{0});
}

TEST_CASE("with_rows changes the outermost axis, and under adds one") {
  CHECK(shape{4, 8, 8, 3}.with_rows(9) == shape{9, 8, 8, 3});
  CHECK(shape{4}.with_rows(0) == shape{0});
  CHECK(shape{4, 2}.under(7) == shape{7, 4, 2});
  CHECK(shape{4, 8, 8, 3}.under(7).rank() == shape::max_rank);
}

TEST_CASE("a shape prints as a tuple") {
  CHECK(jem::to_string(shape{}) == "()");
  CHECK(jem::to_string(shape{3}) == "(3)");
  CHECK(jem::to_string(shape{64, 8, 8, 1}) == "(64, 8, 8, 1)");
}

TEST_CASE("a shape refuses negative extents and a sixth axis") {
  CHECK_THROWS_WITH_AS((shape{2, -1}), "[shape] expected extents >= 0 but received -1", std::invalid_argument);
  CHECK_THROWS_AS((shape{1, 1, 1, 1, 1, 1}), std::invalid_argument);
  CHECK_THROWS_AS((shape{1, 2, 3, 4, 5}.under(1)), std::invalid_argument);
}
