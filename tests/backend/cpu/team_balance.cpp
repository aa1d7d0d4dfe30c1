// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <jem/backend/cpu/team_balance.hpp>
#include <jem/backend/openmp.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace {

using balance = jem::team_balance;
using namespace std::chrono_literals;

const balance::clock::time_point start{};

/// A loop of two blocks that begins at `begin` and takes `all`; the caller runs one block in 10 µs. The team gains 20 µs − `all`.
void run(balance& b, balance::clock::time_point begin, balance::duration all) { b.settle(begin, begin + all, 10us, 1, 2); }

}  // namespace

TEST_CASE("a caller works with its team as long as the team is faster") {
  balance b;
  CHECK_FALSE(b.alone(start));
  run(b, start, 12us);
  CHECK_FALSE(b.alone(start + 12us));
}

TEST_CASE("after a loss of time the caller works alone for fifty times as long, and then tries the team again") {
  balance b;
  run(b, start, 1020us);  // a loss of 1 ms
  CHECK(b.alone(start + 1020us));
  CHECK(b.alone(start + 1020us + 49ms));
  CHECK_FALSE(b.alone(start + 1020us + 51ms));
  run(b, start + 60ms, 12us);  // the team is faster again
  CHECK_FALSE(b.alone(start + 61ms));
}

TEST_CASE("the caller works alone for a second at most, even after a loss of an hour") {
  balance b;
  run(b, start, 1h);
  CHECK(b.alone(start + 1h + 999ms));
  CHECK_FALSE(b.alone(start + 1h + 1001ms));
}

TEST_CASE("a loss smaller than the earlier gains changes nothing, and gains count up to a limit") {
  balance b;
  for (int i = 0; i < 1000; ++i) run(b, start, 10us);  // gains of 10 ms
  run(b, start, 5020us);
  CHECK_FALSE(b.alone(start + 5020us));
  run(b, start, 6020us);
  CHECK(b.alone(start + 6020us));
  balance rich;
  for (int i = 0; i < 100'000; ++i) rich.settle(start, start, 10us, 1, 2);  // gains of 2 s, of which 20 ms count
  run(rich, start, 21020us);
  CHECK(rich.alone(start + 21020us));
}

TEST_CASE("gains and losses are relative to the time of all blocks on one thread, for uneven shares, too") {
  balance b;
  b.settle(start, start + 35us, 30us, 3, 4);  // one thread would take 40 µs
  CHECK_FALSE(b.alone(start + 35us));
  balance none;
  none.settle(start, start + 35us, 0us, 0, 4);  // the caller had no block and only waited
  CHECK(none.alone(start + 35us));
}

TEST_CASE("loops on all threads give the same bits while other threads keep every core busy") {
  const auto squares = [] {
    std::vector<float> y(200'000);
    for (int round = 0; round < 20; ++round) {
      jem::openmp::for_each(std::ssize(y), [to = y.data()](jem::index_t i) { to[i] += static_cast<float>(i) * 0.5f; });
    }
    return y;
  };
  const auto expected    = squares();
  std::atomic<bool> stop = false;
  std::vector<std::thread> busy;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
    busy.emplace_back([&stop] {
      while (!stop.load(std::memory_order_relaxed)) {}
    });
  }
  CHECK(squares() == expected);
  stop = true;
  for (auto& t : busy) t.join();
}
