// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/io/picture.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using jem::shape;
using jem::io::colour;
using jem::io::image;
using jem::io::picture_options;
using tensor = jem::tensor<float, jem::reference>;
using bytes  = std::vector<std::uint8_t>;
using rgb    = std::array<std::uint8_t, 3>;

namespace {

constexpr double infinity     = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Relative luminance, with the weights of ITU-R BT.709.
double brightness(const rgb& c) { return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; }

rgb at(const image& picture, jem::index_t row, jem::index_t column) {
  const auto first = static_cast<std::size_t>((row * picture.width + column) * 3);
  return {picture.pixels.at(first), picture.pixels.at(first + 1), picture.pixels.at(first + 2)};
}

/// The row-major numbers of the pixels that do not have the darkest colour.
std::vector<jem::index_t> lit(const image& picture) {
  std::vector<jem::index_t> result;
  for (jem::index_t i = 0; i < picture.height * picture.width; ++i) {
    if (at(picture, i / picture.width, i % picture.width) != colour(0)) result.push_back(i);
  }
  return result;
}

// three columns of width 2 from −1 to 5, and two rows of height 1 from 10 to 12
constexpr picture_options small{.left = -1, .right = 5, .bottom = 10, .top = 12, .width = 3, .height = 2};

}  // namespace

TEST_CASE("colours run from viridis' dark purple to its yellow, and levels outside are clamped") {
  CHECK(colour(0) == rgb{68, 1, 84});
  CHECK(colour(0.5) == rgb{33, 145, 140});
  CHECK(colour(1) == rgb{253, 231, 37});
  CHECK(colour(0.125) == rgb{64, 42, 112});  // halfway between the first two anchors, rounded away from zero
  for (const double low : {-0.001, -7.0, -infinity}) CHECK(colour(low) == colour(0));
  CHECK(colour(not_a_number) == colour(0));
  for (const double high : {1.001, 7.0, infinity}) CHECK(colour(high) == colour(1));
}

TEST_CASE("colours are brighter for higher levels") {
  double last = brightness(colour(0));
  for (int i = 1; i <= 200; ++i) {
    const double now = brightness(colour(i / 200.0));
    CHECK(now > last);
    CHECK(now - last < 3);  // there is no jump at an anchor
    last = now;
  }
}

TEST_CASE("in a heat map the largest value is brightest, and zero and negative values are darkest") {
  const auto picture = jem::io::heat_map({0, 2, 4, -9, 1, 3}, 2, 3);
  CHECK(picture.height == 2);
  CHECK(picture.width == 3);
  CHECK(picture.channels == 3);
  REQUIRE(picture.pixels.size() == 18);
  CHECK(at(picture, 0, 0) == colour(0));
  CHECK(at(picture, 0, 1) == colour(0.5));
  CHECK(at(picture, 0, 2) == colour(1));
  CHECK(at(picture, 1, 0) == colour(0));
  CHECK(at(picture, 1, 1) == colour(0.25));
  CHECK(at(picture, 1, 2) == colour(0.75));
}

TEST_CASE("a heat map without positive values is dark, and one without values is empty") {
  CHECK(lit(jem::io::heat_map({0, 0, 0, 0}, 2, 2)).empty());
  CHECK(lit(jem::io::heat_map({-1, -2}, 1, 2)).empty());
  CHECK(at(jem::io::heat_map({1e-300}, 1, 1), 0, 0) == colour(1));
  CHECK(jem::io::heat_map({}, 0, 5).pixels.empty());
}

TEST_CASE("a heat map shows NaN as darkest, and scales by the other values") {
  for (const auto& values :
       {std::vector{not_a_number, 1.0, 2.0}, std::vector{1.0, not_a_number, 2.0}, std::vector{1.0, 2.0, not_a_number}}) {
    const auto picture = jem::io::heat_map(values, 1, 3);
    for (jem::index_t j = 0; j < 3; ++j) {
      const double value = values[static_cast<std::size_t>(j)];
      CHECK(at(picture, 0, j) == colour(std::isnan(value) ? 0 : value / 2));
    }
  }
  CHECK(lit(jem::io::heat_map({not_a_number, not_a_number}, 1, 2)).empty());
}

TEST_CASE("a heat map with another number of values than pixels is refused") {
  CHECK_THROWS_WITH_AS(jem::io::heat_map({1, 2, 3}, 2, 2), "[heat_map] expected 2 x 2 values but received 3", std::invalid_argument);
  CHECK_THROWS_AS(jem::io::heat_map({}, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::heat_map({1, 2, 3, 4}, -2, -2), std::invalid_argument);
}

TEST_CASE("pixel centres run row by row from the top left, half a pixel inside") {
  test::on_every_tensor([]<class T>() {
    const T centres = jem::io::pixel_centres<T>(small);
    CHECK(centres.extents() == shape{6, 2});
    CHECK(centres.to_vector() == std::vector<float>{0, 11.5f, 2, 11.5f, 4, 11.5f, 0, 10.5f, 2, 10.5f, 4, 10.5f});
  });
}

TEST_CASE("the centre of a single pixel is the middle of the plane's part") {
  const auto centre = jem::io::pixel_centres<tensor>({.left = 0, .right = 4, .bottom = -3, .top = 5, .width = 1, .height = 1});
  CHECK(centre.to_vector() == std::vector<float>{2, 1});
}

TEST_CASE("the corner pixels of the default picture lie inside its corners") {
  const picture_options o;
  const auto at = jem::io::pixel_centres<jem::tensor<double, jem::reference>>(o).to_vector();
  REQUIRE(std::ssize(at) == 2 * o.width * o.height);
  const double half = 3.0 / 480;
  CHECK(at[0] == doctest::Approx(-3 + half));
  CHECK(at[1] == doctest::Approx(3 - half));
  CHECK(at[at.size() - 2] == doctest::Approx(3 - half));
  CHECK(at[at.size() - 1] == doctest::Approx(-3 + half));
}

TEST_CASE("a histogram counts a point at the centre of a pixel in that pixel") {
  test::on_every_tensor([]<class T>() {
    const T centres = jem::io::pixel_centres<T>(small);
    for (jem::index_t i = 0; i < 6; ++i) CHECK(lit(jem::io::histogram(centres.rows(i, 1), small)) == std::vector<jem::index_t>{i});
  });
}

TEST_CASE("a histogram's brightness grows with the square root of the number of points") {
  const tensor points(shape{5, 2}, {0, 11.5f, 2, 10.5f, 2.5f, 10.25f, 1.5f, 10.75f, 2, 10.5f});
  const auto picture = jem::io::histogram(points, small);
  CHECK(picture.height == 2);
  CHECK(picture.width == 3);
  CHECK(lit(picture) == std::vector<jem::index_t>{0, 4});
  CHECK(at(picture, 0, 0) == colour(0.5));
  CHECK(at(picture, 1, 1) == colour(1));
}

TEST_CASE("a histogram includes its left and top edges, and excludes its right and bottom edges") {
  CHECK(lit(jem::io::histogram(tensor(shape{1, 2}, {-1, 12}), small)) == std::vector<jem::index_t>{0});
  CHECK(lit(jem::io::histogram(tensor(shape{1, 2}, {1, 11}), small)) == std::vector<jem::index_t>{4});
  CHECK(lit(jem::io::histogram(tensor(shape{2, 2}, {5, 11.5f, 0, 10}), small)).empty());
}

TEST_CASE("a histogram ignores points outside, infinite ones and nan") {
  constexpr float inf = std::numeric_limits<float>::infinity(), none = std::numeric_limits<float>::quiet_NaN();
  const tensor outside(shape{8, 2}, {-1.01f, 11, 5.01f, 11, 2, 12.01f, 2, 9.99f, inf, 11, 2, -inf, none, 11, 2, none});
  CHECK(lit(jem::io::histogram(outside, small)).empty());
  CHECK(lit(jem::io::histogram(tensor(shape{2, 2}, {1e30f, -1e30f, 4, 10.5f}), small)) == std::vector<jem::index_t>{5});
}

TEST_CASE("a histogram accepts draws of many chains, a single point, and no points") {
  const tensor draws(shape{2, 2, 2}, {0, 11.5f, 2, 11.5f, 4, 11.5f, 0, 10.5f});
  CHECK(lit(jem::io::histogram(draws, small)) == std::vector<jem::index_t>{0, 1, 2, 3});
  CHECK(lit(jem::io::histogram(tensor(shape{2}, {4, 10.5f}), small)) == std::vector<jem::index_t>{5});
  const auto none = jem::io::histogram(tensor(shape{0, 2}), small);
  CHECK(none.pixels.size() == 18);
  CHECK(lit(none).empty());
}

TEST_CASE("a histogram of points that do not lie in a plane is refused") {
  CHECK_THROWS_WITH_AS(jem::io::histogram(tensor(shape{4, 3})), "[histogram] expected points (…, 2) but received (4, 3)",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::io::histogram(tensor(shape{2, 1})), std::invalid_argument);
}

TEST_CASE("a picture of a region without width or height is refused") {
  CHECK_THROWS_WITH_AS(jem::io::pixel_centres<tensor>({.left = 3, .right = 3}),
                       "[picture_options] expected left < right but received 3.000000 and 3.000000", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::histogram(tensor(shape{1, 2}), {.bottom = 4}),
                       "[picture_options] expected bottom < top but received 4.000000 and 3.000000", std::invalid_argument);
}
