// SPDX-License-Identifier: MIT
// The conformance suite tests what every backend has to do. These tests check what only `reference` promises.
#include <jem/backend/reference.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <utility>
#include <vector>

using jem::index_t;
using jem::reference;
using jem::transpose;

TEST_CASE("reference runs its loops in order, the column innermost") {
  std::vector<index_t> one;
  reference::for_each(4, [&](index_t i) { one.push_back(i); });
  CHECK(one == std::vector<index_t>{0, 1, 2, 3});
  std::vector<std::pair<index_t, index_t>> two;
  reference::for_each(2, 2, [&](index_t i, index_t j) { two.emplace_back(i, j); });
  CHECK(two == std::vector<std::pair<index_t, index_t>>{{0, 0}, {0, 1}, {1, 0}, {1, 1}});
}

TEST_CASE("reference sums in order, from the first element, in double") {
  // 1 is lost beside 1e20 in double; the order decides what is left.
  const std::array<float, 3> values{1e20f, 1.0f, -1e20f};
  std::array<float, 1> sum{};
  reference::sum_rows(1, 3, [&](index_t, index_t j) { return values[static_cast<std::size_t>(j)]; }, sum.data());
  CHECK(sum[0] == 0.0f);
  reference::sum_columns(3, 1, [&](index_t i, index_t) { return values[static_cast<std::size_t>((i + 1) % 3)]; }, sum.data());
  CHECK(sum[0] == 0.0f);
  const std::array<float, 3> near{1e8f, 1.0f, -1e8f};  // in float 1 would be lost, in double it is not
  reference::sum_rows(1, 3, [&](index_t, index_t j) { return near[static_cast<std::size_t>(j)]; }, sum.data());
  CHECK(sum[0] == 1.0f);
}

TEST_CASE("reference multiplies matrices by the definition, each factor transposed or not") {
  const std::array<double, 6> a{1, 2, 3, 4, 5, 6};  // (2, 3), and its transpose as (3, 2):
  const std::array<double, 6> at{1, 4, 2, 5, 3, 6}, b{7, 8, 9, 10, 11, 12}, bt{7, 9, 11, 8, 10, 12};
  const std::array<double, 4> expected{58, 64, 139, 154};
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      std::array<double, 4> c{};
      reference::gemm(transpose{ta}, transpose{tb}, 2, 2, 3, 1.0, (ta ? at : a).data(), (tb ? bt : b).data(), 0.0, c.data());
      CHECK(c == expected);
    }
  }
}

TEST_CASE("reference adds beta times the old value of c, and does not read it for beta = 0") {
  const std::array<double, 1> two{2}, three{3};
  std::array<double, 1> c{10};
  reference::gemm(transpose::no, transpose::no, 1, 1, 1, 0.5, two.data(), three.data(), 2.0, c.data());
  CHECK(c[0] == 23);
  c[0] = std::numeric_limits<double>::quiet_NaN();
  reference::gemm(transpose::no, transpose::no, 1, 1, 1, 1.0, two.data(), three.data(), 0.0, c.data());
  CHECK(c[0] == 6);
}
