// SPDX-License-Identifier: MIT
#include <jem/tensor/pooled_vector.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>

TEST_CASE("a pooled_vector is a vector of numbers, of flags or of objects that own memory") {
  jem::pooled_vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto copy = numbers;
  numbers.resize(1000, -1);
  CHECK(std::equal(copy.begin(), copy.end(), numbers.begin()));
  CHECK(numbers[99] == 99);
  CHECK(numbers.back() == -1);

  jem::pooled_vector<bool> flags(70);
  flags[69] = true;
  CHECK(std::accumulate(flags.begin(), flags.end(), 0) == 1);

  jem::pooled_vector<std::string> words(3, std::string(100, 'a'));
  const auto moved = std::move(words);
  CHECK(moved[2].size() == 100);
  CHECK(jem::pooled_vector<int>{}.empty());
}

TEST_CASE("a pooled_vector that is made repeatedly gets its memory from the pool") {
  for (int i = 0; i < 10; ++i) jem::pooled_vector<std::int32_t>(5000, i);
  const std::size_t asked = jem::host_pool::allocations();
  for (int i = 0; i < 10; ++i) CHECK(jem::pooled_vector<std::int32_t>(5000, i).back() == i);
  CHECK(jem::host_pool::allocations() == asked);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define JEM_SANITIZED  // sanitizers end a program that asks for so much memory
#endif
#endif
#if !defined(JEM_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a pooled_vector of more elements than memory is refused") {
  jem::pooled_vector<double> numbers;
  CHECK_THROWS_AS(numbers.reserve(std::numeric_limits<std::size_t>::max() / 4), std::length_error);
  CHECK_THROWS_AS(numbers.reserve(std::size_t{1} << 50), std::bad_alloc);
}
#endif
