// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with the definition, for every kernel, stride and padding.
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/convolution/direct_gradient.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace product = jem::window_product;
using jem::index_t;
using values = std::vector<double>;

namespace {

const std::vector<jem::convolution_shape> shapes{{2, 5, 7, 3, 3, 3, 4, 1, 1}, {3, 6, 4, 2, 4, 4, 1, 2, 1}, {1, 4, 4, 1, 1, 1, 1, 1, 2},
                                                 {2, 7, 3, 1, 2, 3, 2, 3, 2}, {1, 3, 3, 2, 5, 5, 1, 1, 2}, {4, 9, 8, 2, 3, 2, 2, 2, 0}};

}  // namespace

TEST_CASE("the residues of a stride cover every pixel of the input once, and every weight") {
  for (const auto& s : shapes) {
    CAPTURE(s.stride);
    std::vector<int> seen(static_cast<std::size_t>(s.n * s.h * s.w * s.c));
    index_t rows = 0;
    product::for_each_residue(s, [&](const product::residue& r, index_t row) {
      CHECK(row == rows);
      rows += r.depth();
      const auto v = r.over_output();
      for (index_t image = 0; image < v.n; ++image) {
        for (index_t i = 0; i < v.rows * v.columns; ++i) {
          const index_t at = v.base + image * v.image + i / v.columns * v.row + i % v.columns * v.pixel;
          for (index_t j = 0; j < s.c; ++j) ++seen[static_cast<std::size_t>(at + j)];
        }
      }
    });
    CHECK(seen == std::vector<int>(seen.size(), 1));
    CHECK(rows == s.kh * s.kw * s.f);
  }
}

TEST_CASE("fill_uncovered sets pixels that no window covers to the addend, and leaves the others as they are") {
  const values addend(2 * 7 * 3, 5);
  values dx(addend.size(), -9);
  const jem::epilogue<double> added{.addend = addend.data()};
  product::fill_uncovered<jem::openmp>({2, 7, 3, 1, 2, 3, 2, 3, 2}, added, dx.data());
  CHECK(dx == addend);
  product::fill_uncovered<jem::openmp>({2, 7, 3, 1, 1, 1, 2, 2, 0}, jem::epilogue<double>{}, dx.data());
  CHECK(dx == values(dx.size(), 0));
  product::fill_uncovered<jem::openmp>({2, 7, 3, 1, 3, 3, 2, 3, 2}, added, dx.data());
  CHECK(dx == values(dx.size(), 0));
}
