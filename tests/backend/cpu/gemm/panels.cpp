// SPDX-License-Identifier: MIT
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/gemm/panels.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace panel_product = jem::panel_product;
using jem::index_t;

TEST_CASE("panels are 32 columns wide, or 16 if the matrix has at most 16") {
  static_assert(panel_product::panels{1}.width() == 16 && panel_product::panels{16}.width() == 16 &&
                panel_product::panels{17}.width() == 32);
  static_assert(panel_product::panels{16}.count() == 1 && panel_product::panels{33}.count() == 2 && panel_product::panels{64}.count() == 2);
  static_assert(panel_product::panels{33}.columns_of(0) == 32 && panel_product::panels{33}.columns_of(1) == 1);
}

// Small integers: every sum is exact, in any order.
TEST_CASE_TEMPLATE("a product with a panel is right for any number of rows and columns, and writes nothing beside the result", V, float,
                   double) {
  const index_t depth = 13, stride = 40;
  std::vector<V> a(400), b(static_cast<std::size_t>(depth * 32));
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<V>(i * 7 % 11) - 5;
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<V>(i * 5 % 13) - 6;
  for (index_t rows = 0; rows <= 19; ++rows) {
    for (const index_t columns : {1, 7, 8, 15, 16, 17, 24, 31, 32}) {
      CAPTURE(rows);
      CAPTURE(columns);
      std::vector<std::int32_t> from, to;
      for (index_t i = 0; i < rows; ++i) {
        from.push_back(static_cast<std::int32_t>(i * 17 % 19 * depth));  // in no order
        to.push_back(static_cast<std::int32_t>((rows - 1 - i) * stride));
      }
      std::vector<V> c(static_cast<std::size_t>(20 * stride), V(100)), expected = c;
      for (std::size_t i = 0; i < from.size(); ++i) {
        for (index_t j = 0; j < columns; ++j) {
          V sum{};
          for (index_t k = 0; k < depth; ++k) { sum += a[static_cast<std::size_t>(from[i] + k)] * b[static_cast<std::size_t>(k * 32 + j)]; }
          expected[static_cast<std::size_t>(to[i] + j)] = sum;
        }
      }
      const auto run = [&](bool accumulate) {
        panel_product::multiply<V>(a.data(), {rows, from.data(), to.data()}, {.inner = depth}, b.data(), 32, c.data(), columns, accumulate);
      };
      run(false);
      CHECK(c == expected);
      run(true);
      for (std::size_t i = 0; i < c.size(); ++i) c[i] -= expected[i];
      for (std::size_t i = 0; i < to.size(); ++i) {
        for (index_t j = 0; j < columns; ++j) {
          const auto at = static_cast<std::size_t>(to[i] + j);
          CHECK(c[at] == expected[at]);
        }
      }
    }
  }
}

TEST_CASE("the elements of a row may lie at three nested strides") {
  std::vector<float> a(100), b(12 * 16), c(16);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i);
  for (std::size_t k = 0; k < 12; ++k) b[k * 16] = k % 2 == 0 ? 1.0f : -1.0f;
  const std::int32_t zero = 0;
  panel_product::multiply<float>(a.data(), {1, &zero, &zero}, {2, 50, 3, 10, 2, 4}, b.data(), 16, c.data(), 1, false);
  CHECK(c[0] == 6 * (0 - 4));  // pairs (at, at + 4) with signs + and −
}

TEST_CASE("a matrix laid out in panels has zeros after its last column, transposed or not") {
  for (const index_t columns : {5, 16, 37}) {
    const panel_product::panels cut{columns};
    const std::vector<double> rows = test::random_values(static_cast<std::size_t>(3 * columns), 6);
    std::vector<double> turned(rows.size());
    const auto at = [](index_t i) { return static_cast<std::size_t>(i); };
    for (index_t k = 0; k < 3; ++k) {
      for (index_t j = 0; j < columns; ++j) turned[at(j * 3 + k)] = rows[at(k * columns + j)];
    }
    std::vector<double> one(at(cut.elements(3)), -9), other = one;
    panel_product::lay_out<jem::openmp>(jem::transpose::no, 3, columns, rows.data(), one.data());
    panel_product::lay_out<jem::openmp>(jem::transpose::yes, 3, columns, turned.data(), other.data());
    CHECK(one == other);
    for (index_t i = 0; i < cut.elements(3); ++i) {
      const index_t panel = i / (3 * cut.width()), k = i / cut.width() % 3, j = panel * cut.width() + i % cut.width();
      CHECK(one[at(i)] == (j < columns ? rows[at(k * columns + j)] : 0.0));
    }
  }
}
