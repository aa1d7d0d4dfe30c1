// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/backend/winograd.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace winograd = jem::winograd;
using jem::index_t;
using values = std::vector<double>;

namespace {

/// One line of a transform, of numbers instead of packs.
template <template <class> class Line>
values line(const values& from) {
  REQUIRE(from.size() == Line<double>::in);
  values to(Line<double>::out);
  Line<double>{}([&](int i) { return from[static_cast<std::size_t>(i)]; }, [&](int i, double v) { to[static_cast<std::size_t>(i)] = v; });
  return to;
}

values times(values x, const values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= y[i];
  return x;
}

double dot(const values& x, const values& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

const values d = test::random_values(6, 1), g = test::random_values(3, 2), r = test::random_values(4, 3), m = test::random_values(6, 4);

}  // namespace

TEST_CASE("six products give four outputs of a filter of three taps") {
  values expected;
  for (std::size_t i = 0; i < 4; ++i) expected.push_back(d[i] * g[0] + d[i + 1] * g[1] + d[i + 2] * g[2]);
  const auto y = line<winograd::output_line>(times(line<winograd::input_line>(d), line<winograd::weight_line>(g)));
  CHECK(test::largest_difference(y, expected) < 1e-14);
}

// ⟨Aᵀm, r⟩ = ⟨m, A r⟩ and ⟨G g, m⟩ = ⟨g, Gᵀ m⟩.
TEST_CASE("the transforms of gradients are the transposes of those of values") {
  CHECK(dot(line<winograd::output_line>(m), r) == doctest::Approx(dot(m, line<winograd::output_gradient_line>(r))).epsilon(1e-14));
  CHECK(dot(line<winograd::weight_line>(g), m) == doctest::Approx(dot(g, line<winograd::weight_gradient_line>(m))).epsilon(1e-14));
}

TEST_CASE("a transform of a tile transforms its columns and then its rows") {
  constexpr index_t lanes = jem::pack_width<double>;
  const values tile       = test::random_values(36 * lanes, 5);
  values to(static_cast<std::size_t>(16 * lanes));
  winograd::transform<winograd::output_line, double>(
      [&](int i, int j) { return jem::load_pack(tile.data() + (6 * i + j) * lanes); },
      [&](int i, int j, const auto& v) { jem::store_pack(to.data() + (4 * i + j) * lanes, v); });
  for (index_t lane = 0; lane < lanes; ++lane) {
    std::vector<values> half;
    for (std::size_t j = 0; j < 6; ++j) {
      values column;
      for (std::size_t i = 0; i < 6; ++i) column.push_back(tile[(6 * i + j) * lanes + static_cast<std::size_t>(lane)]);
      half.push_back(line<winograd::output_line>(column));
    }
    for (std::size_t i = 0; i < 4; ++i) {
      values row;
      for (std::size_t j = 0; j < 6; ++j) row.push_back(half[j][i]);
      const auto expected = line<winograd::output_line>(row);
      for (std::size_t j = 0; j < 4; ++j) {
        CHECK(to[(4 * i + j) * lanes + static_cast<std::size_t>(lane)] == doctest::Approx(expected[j]).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("tiles cover all outputs, and the last ones reach over the edge") {
  const winograd::tiling tiles(jem::convolution_shape{3, 9, 4, 1, 3, 3, 1, 1, 1});
  CHECK(tiles.rows == 3);
  CHECK(tiles.columns == 1);
  CHECK(tiles.count() == 9);
}

TEST_CASE("pixels of a square that lie outside the image are zeros") {
  const values image = test::random_values(5 * 4 * 2, 6), zeros(2);
  const double* pixel[3][3];
  winograd::pixels_of_square(image.data(), 5, 4, 2, -1, 2, zeros.data(), pixel);
  for (index_t i = 0; i < 3; ++i) {
    for (index_t j = 0; j < 3; ++j) CHECK(pixel[i][j] == (i == 0 || j == 2 ? zeros.data() : image.data() + ((i - 1) * 4 + 2 + j) * 2));
  }
}
