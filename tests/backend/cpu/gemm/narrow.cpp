// SPDX-License-Identifier: MIT
#include <jem/backend/cpu/gemm/narrow.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace narrow_product = jem::narrow_product;
using jem::index_t;
using jem::transpose;

TEST_CASE("a product is narrow if either its columns or the terms of its sums are at most 16, and it has at least four rows and columns") {
  static_assert(narrow_product::takes(64, 10, 1024) && narrow_product::takes(64, 1024, 10) && narrow_product::takes(4, 16, 16));
  static_assert(!narrow_product::takes(64, 17, 0) && !narrow_product::takes(64, 0, 0));
  static_assert(!narrow_product::takes(64, 17, 17) && !narrow_product::takes(64, 10, 15) && !narrow_product::takes(3, 10, 1024) &&
                !narrow_product::takes(64, 3, 1024));
}

TEST_CASE("a product is not narrow if its offsets exceed 32 bits or its sums are too long for float") {
  constexpr index_t longest = narrow_product::longest_sum, most = index_t{1} << 26;
  static_assert(narrow_product::takes(4, 10, longest) && !narrow_product::takes(4, 10, longest + 1));
  static_assert(narrow_product::takes(most, 10, 20) && !narrow_product::takes(most + 1, 10, 20) && !narrow_product::takes(4, 2 * most, 10));
}

// Small integers: every sum is exact, in any order.
TEST_CASE_TEMPLATE("narrow products equal those of reference, and write nothing beside the result", V, float, double) {
  struct extents {
    index_t m, n, k;
  };
  for (const auto [m, n, k] :
       {extents{4, 4, 16}, {5, 10, 16}, {16, 16, 193}, {17, 10, 400}, {33, 7, 1024}, {4, 17, 16}, {18, 33, 1}, {40, 300, 10}}) {
    REQUIRE(narrow_product::takes(m, n, k));
    std::vector<V> a(static_cast<std::size_t>(m * k)), b(static_cast<std::size_t>(k * n)), before(static_cast<std::size_t>(m * n + 1));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<V>(i * 7 % 11) - 5;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<V>(i * 5 % 13) - 6;
    for (std::size_t i = 0; i < before.size(); ++i) before[i] = static_cast<V>(i % 5);
    for (const auto ta : {transpose::no, transpose::yes}) {
      for (const auto tb : {transpose::no, transpose::yes}) {
        for (const bool accumulate : {false, true}) {
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          CAPTURE(accumulate);
          auto c = before, expected = before;
          jem::reference::gemm(ta, tb, m, n, k, V(1), a.data(), b.data(), accumulate ? V(1) : V(0), expected.data());
          narrow_product::multiply<jem::openmp>(ta, tb, m, n, k, a.data(), b.data(), accumulate, c.data());
          CHECK(c == expected);
        }
      }
    }
  }
}
