// SPDX-License-Identifier: MIT
#include <jem/backend/cpu/first_failure.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

TEST_CASE("rethrow does nothing if nothing was thrown") {
  jem::first_failure failure;
  int done = 0;
  failure.guard(0, [&] { ++done; });
  CHECK_NOTHROW(failure.rethrow());
  CHECK(done == 1);
}

TEST_CASE("rethrow throws the exception of the first part, in whatever order the parts have failed on their threads") {
  jem::first_failure failure;
  {
    std::vector<std::jthread> threads;
    for (const jem::index_t part : {7, 3, 5, 4}) {
      threads.emplace_back([&failure, part] { failure.guard(part, [part] { throw std::runtime_error("part " + std::to_string(part)); }); });
    }
  }
  CHECK_THROWS_WITH_AS(failure.rethrow(), "part 3", std::runtime_error);
}

TEST_CASE("rethrow keeps the type of the exception") {
  jem::first_failure failure;
  failure.guard(1, [] { throw 42; });
  CHECK_THROWS_AS(failure.rethrow(), int);
}
