// SPDX-License-Identifier: MIT
// The device of these tests does nothing until somebody waits for it, so that every error that a slow device could cause happens here.
#include <jem/backend/memory/staged_upload.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <new>
#include <stdexcept>
#include <vector>

namespace {

struct lazy_device {
  inline static std::deque<std::function<void()>> work;
  inline static std::size_t done = 0, locks = 0, unlocks = 0, waits = 0;  // done: how many tasks have run since restart()
  inline static bool has_memory = true;

  static void* lock(std::size_t bytes) {
    if (!has_memory) throw std::runtime_error("no page-locked memory");
    ++locks;
    return ::operator new(bytes);
  }
  static void unlock(void* block) noexcept {
    ++unlocks;
    ::operator delete(block);
  }
  static void read(void* to, const void* from, std::size_t bytes) {
    work.emplace_back([=] { std::memcpy(to, from, bytes); });
  }
  static void run_until(std::size_t end) {
    while (done < end) {
      work.front()();
      work.pop_front();
      ++done;
    }
  }
  static void finish() { run_until(done + work.size()); }
  static void restart() { work.clear(), done = locks = unlocks = waits = 0, has_memory = true; }

  struct mark {
    std::size_t at = 0;
    void set() { at = done + work.size(); }
    void wait() noexcept {
      waits += done < at;
      run_until(at);
    }
  };
};

static_assert(jem::reading_device<lazy_device>);
using stage = jem::staged_upload<lazy_device, 64, 4>;

std::vector<std::uint8_t> bytes(std::size_t n, int first) {
  std::vector<std::uint8_t> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = static_cast<std::uint8_t>(31 * i + static_cast<std::size_t>(first) + i / 64);
  return all;
}

}  // namespace

TEST_CASE("an upload's source may change as soon as it returns, however late the device reads") {
  lazy_device::restart();
  stage upload;
  for (const std::size_t n : {1, 63, 64, 65, 256, 257, 1000}) {
    CAPTURE(n);
    std::vector<std::uint8_t> to(n, 0), from = bytes(n, 5);
    upload(from.data(), n, to.data());
    std::ranges::fill(from, std::uint8_t{0});
    lazy_device::finish();
    CHECK(to == bytes(n, 5));
  }
}

TEST_CASE("uploads reach the device in their order, although the stage's blocks are used many times") {
  lazy_device::restart();
  std::vector<std::uint8_t> to(80);
  stage upload;
  std::vector<std::vector<std::uint8_t>> seen;
  for (int round = 0; round < 30; ++round) {
    upload(bytes(80, round).data(), 80, to.data());
    lazy_device::work.emplace_back([&] { seen.push_back(to); });  // a kernel between two uploads
  }
  lazy_device::finish();
  REQUIRE(seen.size() == 30);
  for (int round = 0; round < 30; ++round) CHECK(seen[static_cast<std::size_t>(round)] == bytes(80, round));
}

TEST_CASE("the host waits only for a block that the device has not read yet") {
  lazy_device::restart();
  std::vector<std::uint8_t> to(64);
  stage upload;
  for (int i = 0; i < 4; ++i) upload(bytes(64, i).data(), 64, to.data());
  CHECK(lazy_device::waits == 0);
  CHECK(lazy_device::done == 0);
  upload(bytes(64, 4).data(), 64, to.data());
  CHECK(lazy_device::waits == 1);
  CHECK(lazy_device::done == 1);  // only the first upload
  lazy_device::finish();
  upload(bytes(64, 5).data(), 64, to.data());
  CHECK(lazy_device::waits == 1);
}

TEST_CASE("page-locked memory is allocated once, for the first byte, and freed when the device has read it") {
  lazy_device::restart();
  std::vector<std::uint8_t> to(100);
  {
    stage upload;
    upload(nullptr, 0, nullptr);
    CHECK(lazy_device::locks == 0);
    for (int i = 0; i < 9; ++i) upload(bytes(100, i).data(), 100, to.data());
    CHECK(lazy_device::locks == 1);
    CHECK(lazy_device::unlocks == 0);
  }
  CHECK(lazy_device::unlocks == 1);
  CHECK(lazy_device::work.empty());
  CHECK(to == bytes(100, 8));
}

TEST_CASE("an upload without page-locked memory throws, and the next one tries again") {
  lazy_device::restart();
  lazy_device::has_memory = false;
  std::vector<std::uint8_t> to(3);
  stage upload;
  CHECK_THROWS_WITH_AS(upload(bytes(3, 1).data(), 3, to.data()), "no page-locked memory", std::runtime_error);
  lazy_device::has_memory = true;
  upload(bytes(3, 1).data(), 3, to.data());
  lazy_device::finish();
  CHECK(to == bytes(3, 1));
}
