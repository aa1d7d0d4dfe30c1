// SPDX-License-Identifier: MIT
// Memory that is recycled, so that a loop which makes the same tensors again and again allocates in its first round only. The
// free list is the library's only hidden state: one a thread and kind of memory. It is bounded: a thread keeps unused blocks of at
// most twice the bytes by which what it has in use has risen within its last 2¹⁶ to 2¹⁷ requests, or of 64 MiB where that is more.
// What goes beyond is given back to the source, the sizes first that were not used for the longest time. So a loop keeps what its
// rounds need, and a thread that only destroys what others have made keeps 64 MiB.
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
    void* block = free->take(rounded);
    if (block == nullptr) {
      ++free->asked;
      try {
        block = Memory::allocate(rounded);
      } catch (...) {
        if (!free->clear()) throw;
        block = Memory::allocate(rounded);
      }
    }
    free->count(rounded);
    return block;
  }

  /// Takes back what `acquire` gave for as many bytes.
  static void release(void* block, std::size_t bytes) noexcept {
    const std::size_t rounded = round_up(bytes);
    try {
      if (lists* free = mine()) {
        free->keep(block, rounded);
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

  /// Bytes of this thread's unused blocks.
  static std::size_t unused() noexcept {
    const lists* free = mine();
    return free == nullptr ? 0 : free->unused;
  }

  /// Bytes of the blocks that this thread has acquired, less those that it has released: below 0 if others acquired what it releases.
  static std::ptrdiff_t in_use() noexcept {
    const lists* free = mine();
    return free == nullptr ? 0 : free->in_use();
  }

  /// Gives this thread's unused blocks back to the source.
  static void trim() noexcept {
    if (lists* free = mine()) free->clear();
  }

 private:
  class lists {
   public:
    std::size_t asked = 0, unused = 0;

    lists()                        = default;
    lists(const lists&)            = delete;
    lists& operator=(const lists&) = delete;
    ~lists() {
      clear();
      gone() = true;
    }

    /// An unused block of this size, or null.
    void* take(std::size_t bytes) {
      auto& blocks = of_size(bytes).blocks;
      if (blocks.empty()) return nullptr;
      void* const block = blocks.back();
      blocks.pop_back();
      unused -= bytes;
      return block;
    }

    /// A block of this size is in use from now on.
    void count(std::size_t bytes) noexcept {
      in_use_ += static_cast<std::ptrdiff_t>(bytes);
      if (++requests_ % window == 0) {
        last_rise_ = std::exchange(rise_, 0);
        low_       = in_use_;
      }
      rise_ = (std::max)(rise_, in_use_ - low_);
    }

    std::ptrdiff_t in_use() const noexcept { return in_use_; }

    /// A block that is no longer in use. What is then beyond the bound goes back to the source.
    void keep(void* block, std::size_t bytes) {
      auto& list = of_size(bytes);
      list.blocks.push_back(block);
      list.used = requests_;
      unused += bytes;
      in_use_ -= static_cast<std::ptrdiff_t>(bytes);  // below 0 where others have made more than this thread
      low_                    = (std::min)(low_, in_use_);
      const std::size_t bound = (std::max)(least, 2 * static_cast<std::size_t>((std::max)(rise_, last_rise_)));
      while (unused > bound) drop_oldest();
    }

    /// Whether there was anything to give back.
    bool clear() noexcept {
      const bool any = unused > 0;
      while (unused > 0) drop_oldest();
      return any;
    }

   private:
    static constexpr std::size_t least  = std::size_t{64} << 20;  // bytes that are kept in any case
    static constexpr std::size_t window = std::size_t{1} << 16;   // requests

    struct size_class {
      std::size_t bytes = 0, used = 0;  // of a block; how many requests there had been when one came back
      std::vector<void*> blocks{};
    };

    size_class& of_size(std::size_t bytes) {
      for (auto& list : lists_) {
        if (list.bytes == bytes) return list;
      }
      return lists_.emplace_back(size_class{.bytes = bytes});
    }

    /// There has to be an unused block.
    void drop_oldest() noexcept {
      size_class* oldest = nullptr;
      for (auto& list : lists_) {
        if (!list.blocks.empty() && (oldest == nullptr || list.used < oldest->used)) oldest = &list;
      }
      Memory::deallocate(oldest->blocks.back(), oldest->bytes);
      oldest->blocks.pop_back();
      unused -= oldest->bytes;
    }

    std::size_t requests_  = 0;
    std::ptrdiff_t in_use_ = 0, low_ = 0;      // bytes, now and at the lowest within the window
    std::ptrdiff_t rise_ = 0, last_rise_ = 0;  // above the lowest, in this window and in the one before
    std::vector<size_class> lists_;
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

}  // namespace jem::inline v0
