// SPDX-License-Identifier: MIT
#include <jem/backend/memory_pool.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

/// A source that has only so much, and counts.
struct small_source {
  inline static std::size_t left = 0, allocated = 0, freed = 0;

  static void* allocate(std::size_t bytes) {
    if (bytes > left) throw std::runtime_error("no more than " + std::to_string(left) + " bytes");
    left -= bytes, ++allocated;
    return ::operator new(bytes);
  }
  static void deallocate(void* block, std::size_t bytes) noexcept {
    left += bytes, ++freed;
    ::operator delete(block);
  }
  static void reset(std::size_t bytes) { left = bytes, allocated = 0, freed = 0; }
};

using pool    = jem::memory_pool<small_source>;
using storage = jem::pooled_storage<float, small_source>;

}  // namespace

TEST_CASE("a steady state asks its source for memory in its first round only") {
  pool::trim();
  small_source::reset(1 << 20);
  for (int round = 0; round < 10; ++round) {
    const storage a(1000), b(1000), c(70);
    CHECK(a.data() != b.data());
  }
  CHECK(small_source::allocated == 3);
  CHECK(small_source::freed == 0);
  pool::trim();
  CHECK(small_source::freed == 3);
  CHECK(small_source::left == 1 << 20);
}

TEST_CASE("blocks that nobody uses are given up before memory is said to be at an end") {
  pool::trim();
  small_source::reset(40'000);
  { const storage unused(8000); }
  CHECK(small_source::allocated == 1);
  const storage other(9000);  // of another size class: the first block has to go
  CHECK(other.data() != nullptr);
  CHECK(small_source::freed == 1);
}

TEST_CASE("what the source throws reaches the caller, and the pool goes on") {
  pool::trim();
  small_source::reset(10'000);
  CHECK_THROWS_WITH_AS(storage(1'000'000), "no more than 10000 bytes", std::runtime_error);
  CHECK(storage(100).data() != nullptr);
}

TEST_CASE("pools of different sources do not meet") {
  pool::trim();
  small_source::reset(1 << 20);
  struct other_source : small_source {};
  { const storage mine(100); }
  const jem::pooled_storage<float, other_source> other(100);
  CHECK(small_source::allocated == 2);
}
