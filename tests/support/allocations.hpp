// SPDX-License-Identifier: MIT
// Counts what the pool of host memory asks of the system: include it in one file of a test program at most, since it replaces
// the aligned operator new of the whole program.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace test {

inline std::atomic<int> allocations = 0;

}  // namespace test

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++test::allocations;
  const auto step = static_cast<std::size_t>(alignment);
  if (void* const block = std::aligned_alloc(step, (bytes + step - 1) / step * step)) return block;
  throw std::bad_alloc();
}

void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
