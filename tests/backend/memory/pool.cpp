// SPDX-License-Identifier: MIT
#include <jem/backend/memory/pool.hpp>
#include <jem/backend/memory/pooled_storage.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>
#include <vector>

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

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Whose pool has no past.
template <class F>
void in_a_thread_of_its_own(F f) {
  std::thread(f).join();
}

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

TEST_CASE("a pool counts the bytes of its blocks that are in use, in sizes of the pool") {
  in_a_thread_of_its_own([] {
    small_source::reset(1 << 20);
    const storage one(100);  // 400 bytes, of the class of 512
    CHECK(pool::in_use() == 512);
    { const storage two(1000); }
    CHECK(pool::in_use() == 512);
  });
}

TEST_CASE("a thread that destroys what another has made keeps a bounded part of it") {
  pool::trim();
  small_source::reset(3000 * mebibyte);
  std::vector<storage> tensors;
  for (int i = 0; i < 2000; ++i) tensors.emplace_back((1 << 20) / 4);
  std::thread([gone = std::move(tensors)]() mutable {
    gone.clear();
    CHECK(pool::unused() == 64 * mebibyte);
  }).join();
  CHECK(small_source::left == 3000 * mebibyte);  // a thread that ends keeps nothing
}

TEST_CASE("sizes one after the other leave no more behind than twice the largest") {
  in_a_thread_of_its_own([] {
    small_source::reset(3000 * mebibyte);
    for (int size = 16; size <= 128; ++size) const storage one(size * (1 << 20) / 4);
    CHECK(pool::unused() <= 256 * mebibyte);
    CHECK(pool::unused() > 128 * mebibyte);
    pool::trim();
    CHECK(pool::unused() == 0);
    CHECK(small_source::left == 3000 * mebibyte);
  });
}

TEST_CASE("a loop of two phases with blocks of their own sizes asks for them once, though it keeps them all") {
  in_a_thread_of_its_own([] {
    small_source::reset(1000 * mebibyte);
    for (int round = 0; round < 10; ++round) {
      { const storage a(20 << 20), b(20 << 20); }  // 160 MiB
      { const storage c(14 << 20), d(13 << 20); }
    }
    CHECK(small_source::allocated == 4);
    CHECK(small_source::freed == 0);
  });
}

TEST_CASE("what was needed once is given back after a while") {
  in_a_thread_of_its_own([] {
    small_source::reset(1000 * mebibyte);
    { const storage once(200 << 18); }
    CHECK(pool::unused() == 208 * mebibyte);  // 200 in steps of 16
    for (int i = 0; i < 140'000; ++i) const storage small(100);
    CHECK(pool::unused() < mebibyte);
  });
}
