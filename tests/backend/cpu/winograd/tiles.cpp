// SPDX-License-Identifier: MIT
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/winograd/tiles.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace winograd = jem::winograd;
using jem::index_t;
using values = std::vector<double>;

namespace {

/// A one-dimensional transform ("line") of numbers instead of packs.
values line(const values& from) {
  values to(4);
  winograd::output_line<double, 2, 3>{}([&](int i) { return from[static_cast<std::size_t>(i)]; },
                                        [&](int i, double v) { to[static_cast<std::size_t>(i)] = v; });
  return to;
}

}  // namespace

TEST_CASE("a transform of a tile transforms its columns and then its rows") {
  constexpr index_t lanes = jem::pack_width<double>;
  const values tile       = test::random_values(36 * lanes, 5);
  values to(static_cast<std::size_t>(16 * lanes));
  winograd::transform<winograd::sliding<4>::output_line, winograd::sliding<4>::output_line, double>(
      [&](int i, int j) { return jem::load_pack(tile.data() + (6 * i + j) * lanes); },
      [&](int i, int j, const auto& v) { jem::store_pack(to.data() + (4 * i + j) * lanes, v); });
  for (index_t lane = 0; lane < lanes; ++lane) {
    std::vector<values> half;
    for (std::size_t j = 0; j < 6; ++j) {
      values column;
      for (std::size_t i = 0; i < 6; ++i) column.push_back(tile[(6 * i + j) * lanes + static_cast<std::size_t>(lane)]);
      half.push_back(line(column));
    }
    for (std::size_t i = 0; i < 4; ++i) {
      values row;
      for (std::size_t j = 0; j < 6; ++j) row.push_back(half[j][i]);
      const auto expected = line(row);
      for (std::size_t j = 0; j < 4; ++j) {
        CHECK(to[(4 * i + j) * lanes + static_cast<std::size_t>(lane)] == doctest::Approx(expected[j]).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("tiles cover all outputs, and the last ones extend over the edge") {
  const winograd::tiling<winograd::sliding<4>> tiles(winograd::forward_mapping({3, 9, 4, 1, 3, 3, 1, 1, 1}));
  CHECK(tiles.rows == 3);
  CHECK(tiles.columns == 1);
  CHECK(tiles.count() == 9);
}

TEST_CASE("backward_mapping exchanges input and output, and tiles of a halving's gradient cover twice as many pixels") {
  const auto same = winograd::backward_mapping({2, 9, 7, 5, 3, 3, 6, 1, 0});
  CHECK(same.h == 7);
  CHECK(same.c == 6);
  CHECK(same.oh == 9);
  CHECK(same.f == 5);
  CHECK(same.before == 2);
  const auto doubled = winograd::backward_mapping({2, 16, 9, 5, 4, 4, 6, 2, 1});
  CHECK(doubled.h == 8);
  CHECK(doubled.before == 1);
  const winograd::tiling<winograd::doubling<4>> tiles(doubled);
  CHECK(tiles.rows == 2);
  CHECK(tiles.columns == 2);
}

TEST_CASE("pixels of a part that lie outside the image are zeros") {
  const values image = test::random_values(5 * 4 * 2, 6), zeros(2);
  const double* pixel[3][3];
  winograd::pixels_of_part(image.data(), 5, 4, 2, -1, 2, zeros.data(), pixel);
  for (index_t i = 0; i < 3; ++i) {
    for (index_t j = 0; j < 3; ++j) CHECK(pixel[i][j] == (i == 0 || j == 2 ? zeros.data() : image.data() + ((i - 1) * 4 + 2 + j) * 2));
  }
}
