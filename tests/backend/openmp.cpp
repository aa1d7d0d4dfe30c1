// SPDX-License-Identifier: MIT
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

using jem::index_t;
using jem::openmp;

TEST_CASE("blocks cover each index once, for any size of the blocks") {
  for (const index_t n : {0, 1, 7, 64, 65, 1000}) {
    for (const index_t size : {1, 7, 64, 2000}) {
      std::vector<int> seen(static_cast<std::size_t>(n), 0);
      openmp::blocks(n, size, [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      CHECK(std::ranges::all_of(seen, [](int count) { return count == 1; }));
    }
  }
}

TEST_CASE("the boundaries of blocks are the same outside and inside a parallel region") {
  const auto boundaries = [] {
    std::vector<index_t> ends(100, -1);
    openmp::blocks(100, 7, [&](index_t begin, index_t end) { ends[static_cast<std::size_t>(begin)] = end; });
    return ends;
  };
  const auto outside = boundaries();
  std::vector<std::vector<index_t>> inside(3);
#pragma omp parallel for num_threads(3)
  for (int i = 0; i < 3; ++i) inside[static_cast<std::size_t>(i)] = boundaries();
  for (const auto& each : inside) CHECK(each == outside);
  CHECK(outside[98] == 100);
}

TEST_CASE("inside a parallel region openmp opens no other parallel region") {
  CHECK_FALSE(openmp::inside_parallel());
#ifdef _OPENMP
  std::vector<int> threads(2, 0);
#pragma omp parallel for num_threads(2)
  for (int i = 0; i < 2; ++i) {
    if (!openmp::inside_parallel()) continue;
    int most = 0;
    openmp::blocks(100'000, 1, [&](index_t, index_t) { most = std::max(most, omp_get_level()); });
    threads[static_cast<std::size_t>(i)] = most;
  }
  CHECK(threads == std::vector<int>{1, 1});
#endif
}

TEST_CASE("for_each_row visits each row once") {
  for (const index_t work : {0, 1, 100, 100'000}) {
    std::vector<int> seen(37, 0);
    openmp::for_each_row(37, work, [&](index_t i) { ++seen[static_cast<std::size_t>(i)]; });
    CHECK(std::ranges::all_of(seen, [](int count) { return count == 1; }));
  }
}

TEST_CASE("for_each_tile covers each row once, and rethrows the exception of a tile when all tiles are done") {
  for (const index_t n : {0, 1, 31, 32, 33, 1000}) {
    std::vector<int> seen(static_cast<std::size_t>(n), 0);
    const auto count_rows = [&](index_t first, index_t count) {
      for (index_t i = first; i < first + count; ++i) ++seen[static_cast<std::size_t>(i)];
    };
    openmp::for_each_tile(n, 32, count_rows);
    CHECK(std::ranges::all_of(seen, [](int count) { return count == 1; }));
  }
  std::vector<int> done(10, 0);
  const auto fail_once = [&](index_t first, index_t) {
    done[static_cast<std::size_t>(first / 5)] = 1;
    if (first == 15) throw std::invalid_argument("the fourth tile");
  };
  CHECK_THROWS_WITH_AS(openmp::for_each_tile(50, 5, fail_once), "the fourth tile", std::invalid_argument);
  CHECK(done == std::vector<int>(10, 1));
}

TEST_CASE("partial sums keep long sums of floats accurate") {
  // A float that adds up 2^25 ones one by one stops at 2^24. Sums of blocks of 4096 and 256 do not.
  constexpr index_t n = index_t{1} << 25;
  float sum           = 0;
  openmp::sum_rows(1, n, [](index_t, index_t) { return 1.0f; }, &sum);
  CHECK(sum == static_cast<float>(n));
  openmp::sum_columns(n, 1, [](index_t, index_t) { return 1.0f; }, &sum);
  CHECK(sum == static_cast<float>(n));
}
