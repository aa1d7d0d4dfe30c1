// SPDX-License-Identifier: MIT
#include <jem/backend/cpu/first_failure.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

TEST_CASE("nothing is thrown on where nothing was thrown") {
  jem::first_failure failure;
  int done = 0;
  failure.guard(0, [&] { ++done; });
  CHECK_NOTHROW(failure.rethrow());
  CHECK(done == 1);
}

TEST_CASE("the exception of the first part is thrown on, in whatever order parts have failed, and from any thread") {
  jem::first_failure failure;
  {
    std::vector<std::jthread> threads;
    for (const jem::index_t part : {7, 3, 5, 4}) {
      threads.emplace_back([&failure, part] { failure.guard(part, [part] { throw std::runtime_error("part " + std::to_string(part)); }); });
    }
  }
  CHECK_THROWS_WITH_AS(failure.rethrow(), "part 3", std::runtime_error);
}

TEST_CASE("an exception keeps its type") {
  jem::first_failure failure;
  failure.guard(1, [] { throw 42; });
  CHECK_THROWS_AS(failure.rethrow(), int);
}
