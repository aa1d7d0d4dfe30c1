// SPDX-License-Identifier: MIT
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/gemm/blocked.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace product = jem::eigen_product;
using jem::index_t;
using jem::transpose;

TEST_CASE("part is about n/8 as a multiple of 16, and within its bounds") {
  static_assert(product::part(1024, 32, 256) == 128);
  static_assert(product::part(1, 32, 256) == 32);
  static_assert(product::part(1'000'000, 32, 256) == 256);
  static_assert(product::part(1000, 16, 1000) == 128);
  for (index_t n = 1; n < 2000; n += 37) {
    const index_t size = product::part(n, 16, 1024);
    CHECK(size % 16 == 0);
    CHECK((n + size - 1) / size <= 8);
  }
}

TEST_CASE("for_blocks runs each block once, outside and inside a parallel region") {
  for (const index_t count : {0, 1, 5, 100}) {
    std::vector<int> seen(static_cast<std::size_t>(count), 0);
    product::for_blocks<jem::openmp>(count, [&](index_t block) { ++seen[static_cast<std::size_t>(block)]; });
    CHECK(std::ranges::all_of(seen, [](int n) { return n == 1; }));
  }
  std::vector<int> seen(20, 0);
#pragma omp parallel for num_threads(2)
  for (int half = 0; half < 2; ++half) {
    product::for_blocks<jem::openmp>(10, [&](index_t block) { ++seen[static_cast<std::size_t>(10 * half + block)]; });
  }
  CHECK(std::ranges::all_of(seen, [](int n) { return n == 1; }));
}

TEST_CASE("a block of a larger matrix is multiplied in place, and the elements around it stay as they are") {
  const auto a = test::random_values<double>(8 * 10, 1), b = test::random_values<double>(10 * 9, 2);
  std::vector<double> c(8 * 12, 5.0);
  product::block(transpose::no, transpose::no, 3, 4, 6, 1.0, a.data() + 2 * 10 + 1, 10, b.data() + 9 + 2, 9, 0.0, c.data() + 12 + 3, 12);
  double error = 0;
  bool intact  = true;
  for (index_t i = 0; i < 8; ++i) {
    for (index_t j = 0; j < 12; ++j) {
      const double here = c[static_cast<std::size_t>(i * 12 + j)];
      if (i < 1 || i >= 4 || j < 3 || j >= 7) {
        intact = intact && here == 5.0;
        continue;
      }
      double exact = 0;
      for (index_t p = 0; p < 6; ++p)
        exact += a[static_cast<std::size_t>((i + 1) * 10 + 1 + p)] * b[static_cast<std::size_t>((p + 1) * 9 + j - 1)];
      error = std::max(error, std::abs(here - exact));
    }
  }
  CHECK(intact);
  CHECK(error < 1e-14);
}

TEST_CASE("a block is right for transposed factors, single rows and single columns") {
  constexpr index_t stride = 40;
  const auto a = test::random_values<double>(stride * stride, 5), b = test::random_values<double>(stride * stride, 6);
  for (const index_t m : {1, 2, 9}) {
    for (const index_t n : {1, 2, 17}) {
      for (const index_t k : {0, 1, 33}) {
        for (const transpose ta : {transpose::no, transpose::yes}) {
          for (const transpose tb : {transpose::no, transpose::yes}) {
            std::vector<double> c(static_cast<std::size_t>(m * stride), 5.0), exact = c;
            product::block(ta, tb, m, n, k, 2.0, a.data(), stride, b.data(), stride, -1.0, c.data(), stride);
            for (index_t i = 0; i < m; ++i) {
              for (index_t j = 0; j < n; ++j) {
                double sum = 0;
                for (index_t p = 0; p < k; ++p) {
                  sum += a[static_cast<std::size_t>(ta == transpose::yes ? p * stride + i : i * stride + p)] *
                         b[static_cast<std::size_t>(tb == transpose::yes ? j * stride + p : p * stride + j)];
                }
                exact[static_cast<std::size_t>(i * stride + j)] = 2 * sum - 5;
              }
            }
            INFO("m " << m << ", n " << n << ", k " << k << ", turned " << (ta == transpose::yes) << (tb == transpose::yes));
            CHECK(test::largest_difference(c, exact) < 1e-13);
          }
        }
      }
    }
  }
}

TEST_CASE("products of vectors, of few elements and of none agree with the reference") {
  const auto a = test::random_values<double>(400, 7), b = test::random_values<double>(400, 8);
  for (const auto& [m, n, k] :
       {std::array<index_t, 3>{1, 1, 1}, {3, 4, 5}, {1, 20, 20}, {20, 1, 20}, {1, 1, 400}, {0, 20, 20}, {20, 20, 0}}) {
    for (const transpose ta : {transpose::no, transpose::yes}) {
      for (const transpose tb : {transpose::no, transpose::yes}) {
        std::vector<double> c(400, 1.0), exact = c;
        product::gemm<jem::openmp>(ta, tb, m, n, k, 2.0, a.data(), b.data(), 0.5, c.data());
        jem::reference::gemm(ta, tb, m, n, k, 2.0, a.data(), b.data(), 0.5, exact.data());
        INFO("m " << m << ", n " << n << ", k " << k << ", turned " << (ta == transpose::yes) << (tb == transpose::yes));
        CHECK(test::largest_difference(c, exact) < 1e-12);
      }
    }
  }
}

TEST_CASE("a product that is computed in parts along k agrees with one that is not") {
  constexpr index_t m = 9, n = 5, k = 10'000;
  const auto a = test::random_values<double>(m * k, 3), b = test::random_values<double>(k * n, 4);
  std::vector<double> whole(m * n, 1.0), cut(m * n, 1.0);
  product::block(transpose::no, transpose::no, m, n, k, 2.0, a.data(), k, b.data(), n, -1.0, whole.data(), n);
  product::gemm<jem::openmp>(transpose::no, transpose::no, m, n, k, 2.0, a.data(), b.data(), -1.0, cut.data());
  CHECK(test::largest_difference(whole, cut) < 1e-11);
}
