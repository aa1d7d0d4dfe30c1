// SPDX-License-Identifier: MIT
#include <jem/core/vector_loop.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

TEST_CASE("a vector loop visits each index once, and none of an empty range") {
  std::vector<int> seen(100);
  jem::vector_loop(3, 97, [to = seen.data()](jem::index_t i) { ++to[i]; });
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == (i >= 3 && i < 97 ? 1 : 0));
  jem::vector_loop(5, 5, [](jem::index_t) { FAIL("nothing to visit"); });
}

TEST_CASE("the first exception in a vector loop reaches the caller") {
  const auto loop = [] {
    jem::vector_loop(0, 100, [](jem::index_t i) {
      if (i >= 40) throw std::runtime_error(std::to_string(i));
    });
  };
  CHECK_THROWS_WITH_AS(loop(), "40", std::runtime_error);
}
