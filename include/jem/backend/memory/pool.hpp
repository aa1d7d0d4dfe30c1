// SPDX-License-Identifier: MIT
// Memory that is recycled, so that a loop which creates the same tensors in each iteration allocates in the first iteration only. The
// lists of unused blocks are the library's only hidden state: each thread has one for each kind of memory. Their size is bounded. The
// memory that a thread has in use rises and falls; let r be its largest rise within the last 2¹⁶ to 2¹⁷ requests. The thread keeps unused
// blocks of at most 2·r bytes, or 64 MiB if that is more. Blocks beyond this bound go back to the source, those first whose size was not
// used for the longest time. So a loop keeps the memory that its iterations need, and a thread that only destroys tensors of other threads
// keeps 64 MiB.
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

/// A source of blocks of memory: `allocate` returns a block, and `deallocate` takes it back with the same number of bytes.
template <class M>
concept memory_source = requires(std::size_t bytes, void* block) {
  { M::allocate(bytes) } -> std::same_as<void*>;  // throws if there is no memory
  { M::deallocate(block, bytes) } noexcept;
};

/// The unused blocks of each thread, by size class. Sizes are powers of two from 64 bytes to a page, and above that eighths of powers of
/// two.
template <memory_source Memory>
class memory_pool {
 public:
  /// Returns a block of at least so many bytes, uninitialised. If the source has no memory, it gets the thread's unused blocks back and is
  /// asked again. Throws the exception of the source if that fails, too: std::bad_alloc on a host.
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

  /// Takes back a block that `acquire` returned for the same number of bytes.
  static void release(void* block, std::size_t bytes) noexcept {
    const std::size_t rounded = round_up(bytes);
    try {
      if (lists* free = mine()) {
        free->keep(block, rounded);
        return;
      }
    } catch (const std::bad_alloc&) {  // there is no memory to list the block, so it goes back to the source
    }
    Memory::deallocate(block, rounded);
  }

  /// How often this thread has asked the source for a block. A loop no longer raises it after its first iteration.
  static std::size_t allocations() noexcept {
    const lists* free = mine();
    return free == nullptr ? 0 : free->asked;
  }

  /// Bytes of this thread's unused blocks.
  static std::size_t unused() noexcept {
    const lists* free = mine();
    return free == nullptr ? 0 : free->unused;
  }

  /// Bytes of the blocks that this thread has acquired, minus those that it has released; negative if it releases blocks of other threads.
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

    /// Records that a block of this size is in use from now on.
    void count(std::size_t bytes) noexcept {
      in_use_ += static_cast<std::ptrdiff_t>(bytes);
      if (++requests_ % window == 0) {
        last_rise_ = std::exchange(rise_, 0);
        low_       = in_use_;
      }
      rise_ = (std::max)(rise_, in_use_ - low_);
    }

    std::ptrdiff_t in_use() const noexcept { return in_use_; }

    /// Keeps a block that is no longer in use. Blocks beyond the bound go back to the source.
    void keep(void* block, std::size_t bytes) {
      auto& list = of_size(bytes);
      list.blocks.push_back(block);
      list.used = requests_;
      unused += bytes;
      in_use_ -= static_cast<std::ptrdiff_t>(bytes);  // negative if the block is that of another thread
      low_                    = (std::min)(low_, in_use_);
      const std::size_t bound = (std::max)(least, 2 * static_cast<std::size_t>((std::max)(rise_, last_rise_)));
      while (unused > bound) drop_oldest();
    }

    /// Gives all unused blocks back to the source. Returns whether there were any.
    bool clear() noexcept {
      const bool any = unused > 0;
      while (unused > 0) drop_oldest();
      return any;
    }

   private:
    static constexpr std::size_t least  = std::size_t{64} << 20;  // bytes that are kept in any case
    static constexpr std::size_t window = std::size_t{1} << 16;   // number of requests

    struct size_class {
      std::size_t bytes = 0, used = 0;  // of a block; number of requests before one last came back
      std::vector<void*> blocks{};
    };

    size_class& of_size(std::size_t bytes) {
      for (auto& list : lists_) {
        if (list.bytes == bytes) return list;
      }
      return lists_.emplace_back(size_class{.bytes = bytes});
    }

    /// Gives one block, of the size that was not used for the longest time, back to the source. There has to be an unused block.
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
    std::ptrdiff_t in_use_ = 0, low_ = 0;      // bytes now, and their minimum within the window
    std::ptrdiff_t rise_ = 0, last_rise_ = 0;  // largest rise above the minimum, in this window and in the previous one
    std::vector<size_class> lists_;
  };

  /// The lists of this thread; null once they are destroyed at its end. Blocks of tensors that live longer go directly to the source.
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
