// SPDX-License-Identifier: MIT
// Memory of the host for backends that run on it: cache-line aligned, and recycled.
#pragma once

#include <jem/backend/memory/pooled_storage.hpp>

namespace jem::inline v0 {

/// The system's memory.
struct system_memory {
  static constexpr std::align_val_t alignment{64};  ///< of every block, in bytes: a cache line

  /// Throws std::bad_alloc.
  static void* allocate(std::size_t bytes) { return ::operator new(bytes, alignment); }
  /// What `allocate` gave.
  static void deallocate(void* block, std::size_t bytes) noexcept { ::operator delete(block, bytes, alignment); }
};

/// The host's unused blocks.
using host_pool = memory_pool<system_memory>;

/// n elements of the host's memory.
template <element T>
using host_storage = pooled_storage<T, system_memory>;

}  // namespace jem::inline v0
