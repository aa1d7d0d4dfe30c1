// SPDX-License-Identifier: MIT
#include <jem/backend/memory/pool.hpp>
#include <jem/backend/memory/pooled_storage.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace {

/// A source of memory that has only so many bytes, and counts its calls.
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

/// Runs f on a new thread, whose pool is empty.
template <class F>
void in_a_thread_of_its_own(F f) {
  std::thread(f).join();
}

}  // namespace

TEST_CASE("a loop asks the source for memory in its first round only") {
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

TEST_CASE("the pool frees its unused blocks before it reports that memory has run out") {
  pool::trim();
  small_source::reset(40'000);
  { const storage unused(8000); }
  CHECK(small_source::allocated == 1);
  const storage other(9000);  // of another size class: the first block has to be freed
  CHECK(other.data() != nullptr);
  CHECK(small_source::freed == 1);
}

TEST_CASE("an exception of the source reaches the caller, and the pool can still be used") {
  pool::trim();
  small_source::reset(10'000);
  CHECK_THROWS_WITH_AS(storage(1'000'000), "no more than 10000 bytes", std::runtime_error);
  CHECK(storage(100).data() != nullptr);
}

TEST_CASE("pools of different sources share no blocks") {
  pool::trim();
  small_source::reset(1 << 20);
  struct other_source : small_source {};
  { const storage mine(100); }
  const jem::pooled_storage<float, other_source> other(100);
  CHECK(small_source::allocated == 2);
}

TEST_CASE("in_use is the sum of the sizes of the blocks in use, rounded up to size classes") {
  in_a_thread_of_its_own([] {
    small_source::reset(1 << 20);
    const storage one(100);  // 400 bytes, in the size class of 512
    CHECK(pool::in_use() == 512);
    { const storage two(1000); }
    CHECK(pool::in_use() == 512);
  });
}

TEST_CASE("a thread that destroys another's storages keeps a limited part of their memory") {
  pool::trim();
  small_source::reset(3000 * mebibyte);
  std::vector<storage> tensors;
  for (int i = 0; i < 2000; ++i) tensors.emplace_back((1 << 20) / 4);
  std::thread([gone = std::move(tensors)]() mutable {
    gone.clear();
    CHECK(pool::unused() == 64 * mebibyte);
  }).join();
  CHECK(small_source::left == 3000 * mebibyte);  // a thread that has ended keeps nothing
}

TEST_CASE("storages of increasing sizes leave at most twice the largest size in the pool") {
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

TEST_CASE("a loop that uses different sizes in two phases allocates each once, although the pool then keeps them all") {
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

TEST_CASE("a block that is not used again is freed after a while") {
  in_a_thread_of_its_own([] {
    small_source::reset(1000 * mebibyte);
    { const storage once(200 << 18); }
    CHECK(pool::unused() == 208 * mebibyte);  // size classes near 200 MiB are multiples of 16 MiB
    for (int i = 0; i < 140'000; ++i) const storage small(100);
    CHECK(pool::unused() < mebibyte);
  });
}
