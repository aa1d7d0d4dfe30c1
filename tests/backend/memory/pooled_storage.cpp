// SPDX-License-Identifier: MIT
#include <jem/backend/memory/pooled_storage.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <limits>
#include <new>
#include <utility>

namespace {

struct source {
  static void* allocate(std::size_t bytes) { return ::operator new(bytes); }
  static void deallocate(void* block, std::size_t) noexcept { ::operator delete(block); }
};
using storage = jem::pooled_storage<float, source>;
static_assert(std::movable<storage> && !std::copyable<storage>);

}  // namespace

TEST_CASE("storage moves with its block, and a storage of no elements has no memory") {
  storage a(10);
  float* const block = a.data();
  storage b(std::move(a));
  CHECK(b.data() == block);
  CHECK(a.data() == nullptr);
  a = std::move(b);
  CHECK(a.data() == block);
  CHECK(storage(0).data() == nullptr);
  CHECK(storage().data() == nullptr);
}

TEST_CASE("storage refuses a negative and an absurd number of elements") {
  CHECK_THROWS_AS(storage(-1), std::bad_array_new_length);
  const jem::index_t absurd = std::numeric_limits<jem::index_t>::max();
  CHECK_THROWS_AS(storage{absurd}, std::bad_array_new_length);
}
