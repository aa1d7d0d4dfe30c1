// SPDX-License-Identifier: MIT
// Memory of the host for backends that run on it: cache-line aligned, and recycled, so that a loop which makes the same
// tensors again and again allocates in its first round only. The free list is the library's only hidden state: one a thread.
#pragma once

#include <jem/core/concepts.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// Blocks that nobody uses at the moment, by size class (powers of two from 64 bytes; above a page in eighths of one).
class host_pool {
 public:
  static constexpr std::align_val_t alignment{64};  ///< of every block, in bytes: a cache line

  /// At least that many bytes, uninitialised. Throws std::bad_alloc.
  static void* acquire(std::size_t bytes) {
    const std::size_t rounded = round_up(bytes);
    if (lists* free = mine()) {
      auto& list = (*free)[rounded];
      if (!list.empty()) {
        void* block = list.back();
        list.pop_back();
        return block;
      }
    }
    return ::operator new(rounded, alignment);
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
    ::operator delete(block, rounded, alignment);
  }

  /// Gives this thread's unused blocks back to the system.
  static void trim() noexcept {
    if (lists* free = mine()) free->clear();
  }

 private:
  class lists {
   public:
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

    void clear() noexcept {
      for (auto& [bytes, blocks] : lists_) {
        for (void* block : blocks) ::operator delete(block, bytes, alignment);
        blocks.clear();
      }
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

/// n elements from the pool, uninitialised; moves, does not copy.
template <element T>
class host_storage {
 public:
  host_storage() = default;

  /// Throws std::bad_array_new_length for n < 0 or an absurd one.
  explicit host_storage(index_t n) : bytes_(checked(n)), data_(n == 0 ? nullptr : static_cast<T*>(host_pool::acquire(bytes_))) {}

  host_storage(host_storage&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}

  host_storage& operator=(host_storage&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }

  ~host_storage() {
    if (data_ != nullptr) host_pool::release(data_, bytes_);
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
