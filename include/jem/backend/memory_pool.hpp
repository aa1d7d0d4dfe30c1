// SPDX-License-Identifier: MIT
// Memory that is recycled, so that a loop which makes the same tensors again and again allocates in its first round only. The
// free list is the library's only hidden state: one a thread and kind of memory.
#pragma once

#include <jem/core/concepts.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// Where blocks come from and go back to; no bytes are asked for twice, and none given back that were not got.
template <class M>
concept memory_source = requires(std::size_t bytes, void* block) {
  { M::allocate(bytes) } -> std::same_as<void*>;  // throws when there is no memory
  { M::deallocate(block, bytes) } noexcept;
};

/// Blocks that nobody uses at the moment, by size class (powers of two from 64 bytes; above a page in eighths of one).
template <memory_source Memory>
class memory_pool {
 public:
  /// At least that many bytes, uninitialised. Where there is no memory, unused blocks are given up first; throws what the source
  /// throws, std::bad_alloc on a host.
  static void* acquire(std::size_t bytes) {
    const std::size_t rounded = round_up(bytes);
    lists* const free         = mine();
    if (free == nullptr) return Memory::allocate(rounded);
    auto& list = (*free)[rounded];
    if (!list.empty()) {
      void* block = list.back();
      list.pop_back();
      return block;
    }
    ++free->asked;
    try {
      return Memory::allocate(rounded);
    } catch (...) {
      if (!free->clear()) throw;
      return Memory::allocate(rounded);
    }
  }

  /// Takes back what `acquire` gave for as many bytes.
  static void release(void* block, std::size_t bytes) noexcept {
    const std::size_t rounded = round_up(bytes);
    try {
      if (lists* free = mine()) {
        (*free)[rounded].push_back(block);
        return;
      }
    } catch (const std::bad_alloc&) {  // no room to remember the block: give it back
    }
    Memory::deallocate(block, rounded);
  }

  /// How often this thread has asked the source for a block: in a loop, not after its first round.
  static std::size_t allocations() noexcept {
    const lists* free = mine();
    return free == nullptr ? 0 : free->asked;
  }

  /// Gives this thread's unused blocks back to the source.
  static void trim() noexcept {
    if (lists* free = mine()) free->clear();
  }

 private:
  class lists {
   public:
    std::size_t asked = 0;

    lists()                        = default;
    lists(const lists&)            = delete;
    lists& operator=(const lists&) = delete;
    ~lists() {
      clear();
      gone() = true;
    }

    std::vector<void*>& operator[](std::size_t rounded) {
      for (auto& [bytes, blocks] : lists_) {
        if (bytes == rounded) return blocks;
      }
      return lists_.emplace_back(rounded, std::vector<void*>{}).second;
    }

    /// Whether there was anything to give back.
    bool clear() noexcept {
      bool any = false;
      for (auto& [bytes, blocks] : lists_) {
        for (void* block : blocks) Memory::deallocate(block, bytes);
        any = any || !blocks.empty();
        blocks.clear();
      }
      return any;
    }

   private:
    std::vector<std::pair<std::size_t, std::vector<void*>>> lists_;
  };

  /// Null once the thread is ending: tensors with a longer life than its list are given back directly.
  static lists* mine() {
    if (gone()) return nullptr;
    thread_local lists list;
    return &list;
  }

  static bool& gone() noexcept {
    thread_local bool flag = false;
    return flag;
  }

  static std::size_t round_up(std::size_t bytes) {
    constexpr std::size_t page = 4096;
    if (bytes <= page) return std::bit_ceil(std::max<std::size_t>(bytes, 64));
    const std::size_t step = std::bit_floor(bytes - 1) / 8;
    return (bytes + step - 1) / step * step;
  }
};

/// n elements from a pool, uninitialised; moves, does not copy.
template <element T, memory_source Memory>
class pooled_storage {
 public:
  pooled_storage() = default;

  /// Throws std::bad_array_new_length for n < 0 or an absurd one.
  explicit pooled_storage(index_t n)
      : bytes_(checked(n)), data_(n == 0 ? nullptr : static_cast<T*>(memory_pool<Memory>::acquire(bytes_))) {}

  pooled_storage(pooled_storage&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}

  pooled_storage& operator=(pooled_storage&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }

  ~pooled_storage() {
    if (data_ != nullptr) memory_pool<Memory>::release(data_, bytes_);
  }

  /// Null for no elements.
  T* data() { return data_; }
  /// Null for no elements.
  const T* data() const { return data_; }

 private:
  static std::size_t checked(index_t n) {
    if (n < 0 || n > std::numeric_limits<index_t>::max() / 16) throw std::bad_array_new_length();
    return static_cast<std::size_t>(n) * sizeof(T);
  }

  std::size_t bytes_ = 0;
  T* data_           = nullptr;
};

}  // namespace jem::inline v0
