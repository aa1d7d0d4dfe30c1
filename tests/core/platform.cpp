// SPDX-License-Identifier: MIT
#include <jem/core/platform.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

TEST_CASE("JEM_LAMBDA and JEM_INDEPENDENT do not change results") {
  std::vector<int> a(100), b(100);
  std::iota(a.begin(), a.end(), 0);
  const auto twice = [=] JEM_LAMBDA(int x) { return 2 * x; };
  JEM_INDEPENDENT
  for (std::size_t i = 0; i < a.size(); ++i) b[i] = twice(a[i]);
  CHECK(b[0] == 0);
  CHECK(b[99] == 198);
}
