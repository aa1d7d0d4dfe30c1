// SPDX-License-Identifier: MIT
#include <jem/backend/memory/host.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

using jem::host_storage;

TEST_CASE("storage moves and does not copy") {
  static_assert(std::movable<host_storage<float>> && !std::is_copy_constructible_v<host_storage<float>>);
  host_storage<float> a(10);
  float* const data = a.data();
  host_storage<float> b(std::move(a));
  CHECK(b.data() == data);
  CHECK(a.data() == nullptr);
  host_storage<float> c(3);
  c = std::move(b);
  CHECK(c.data() == data);
}

TEST_CASE("storage begins on a cache line, whatever its size") {
  for (const jem::index_t n : {1, 2, 7, 16, 17, 1000, 1024, 1025, 100'000}) {
    const host_storage<double> s(n);
    CHECK(reinterpret_cast<std::uintptr_t>(s.data()) % 64 == 0);
  }
}

TEST_CASE("every element of a storage keeps its value, and two storages do not overlap") {
  for (const jem::index_t n : {1, 15, 16, 17, 1023, 1024, 1025, 1151, 1153, 5000, 300'001}) {
    host_storage<std::int32_t> a(n), b(n);
    for (jem::index_t i = 0; i < n; ++i) a.data()[i] = static_cast<std::int32_t>(i), b.data()[i] = -1;
    bool intact = true;
    for (jem::index_t i = 0; i < n; ++i) intact = intact && a.data()[i] == i && b.data()[i] == -1;
    CHECK(intact);
  }
}

TEST_CASE("memory of a destroyed storage is used again by the next one of its size") {
  const float* first = nullptr;
  {
    const host_storage<float> s(12'345);
    first = s.data();
  }
  const host_storage<float> again(12'345);
  CHECK(again.data() == first);
  const host_storage<float> beside(12'345);
  CHECK(beside.data() != first);
}

TEST_CASE("the pool counts its allocations for each thread separately") {
  jem::host_pool::trim();
  const auto before = jem::host_pool::allocations();
  for (int i = 0; i < 3; ++i) const host_storage<float> s(54'321);
  CHECK(jem::host_pool::allocations() == before + 1);
  std::size_t elsewhere = 7;
  std::thread([&] {
    const host_storage<float> s(54'321), beside(54'321);
    elsewhere = jem::host_pool::allocations();
  }).join();
  CHECK(elsewhere == 2);
  CHECK(jem::host_pool::allocations() == before + 1);
}

TEST_CASE("a storage of no elements has no memory") {
  CHECK(host_storage<float>(0).data() == nullptr);
  CHECK(host_storage<float>().data() == nullptr);
}

TEST_CASE("absurd sizes throw and do not wrap around") {
  constexpr jem::index_t most = std::numeric_limits<jem::index_t>::max();
  for (const jem::index_t n : {jem::index_t{-1}, most, most / 8 + 1}) CHECK_THROWS_AS(host_storage<double>{n}, std::bad_array_new_length);
}

TEST_CASE("storage may be destroyed on another thread, and outlive the thread that made it") {
  std::optional<host_storage<float>> made;
  std::thread([&] { made.emplace(1000); }).join();
  made->data()[999] = 1;
  std::thread([&] { made.reset(); }).join();
  CHECK_FALSE(made.has_value());
}

TEST_CASE("trim frees unused blocks and leaves used ones as they are") {
  host_storage<float> used(777);
  used.data()[776] = 5;
  { const host_storage<float> unused(777); }
  jem::host_pool::trim();
  CHECK(used.data()[776] == 5);
  jem::host_pool::trim();
  CHECK(host_storage<float>(777).data() != used.data());
}

TEST_CASE("upload and download in the host's memory copy the given number of elements") {
  using memory = jem::in_host_memory;
  static_assert(memory::host_memory && std::same_as<memory::storage<float>, host_storage<float>>);
  const std::vector<std::int32_t> mine{1, 2, 3};
  host_storage<std::int32_t> theirs(3);
  for (jem::index_t i = 0; i < 3; ++i) theirs.data()[i] = -1;
  memory::upload(mine.data(), 0, theirs.data());
  CHECK(theirs.data()[0] == -1);
  memory::upload(mine.data(), 2, theirs.data());
  std::vector<std::int32_t> back(4, 7);
  memory::download(theirs.data(), 3, back.data());
  CHECK(back == std::vector<std::int32_t>{1, 2, -1, 7});
}
