// SPDX-License-Identifier: MIT
// Memory of the host for backends that run on it: cache-line aligned, and recycled.
#pragma once

#include <jem/backend/memory/pooled_storage.hpp>

#include <algorithm>

namespace jem::inline v0 {

/// The system's memory.
struct system_memory {
  static constexpr std::align_val_t alignment{64};  ///< of every block, in bytes: a cache line

  /// Throws std::bad_alloc.
  static void* allocate(std::size_t bytes) { return ::operator new(bytes, alignment); }
  /// Frees a block that `allocate` returned.
  static void deallocate(void* block, std::size_t bytes) noexcept { ::operator delete(block, bytes, alignment); }
};

/// The pool of the host's unused blocks.
using host_pool = memory_pool<system_memory>;

/// n elements of the host's memory.
template <element T>
using host_storage = pooled_storage<T, system_memory>;

/// The base of backends whose elements are in the memory of the host.
struct in_host_memory {
  static constexpr bool host_memory = true;  ///< the host may access it, so views of a user's own arrays are possible

  /// Memory for n elements.
  template <element T>
  using storage = host_storage<T>;

  /// to[i] = from[i] for i < n, from the host's memory into the backend's.
  template <element T>
  static void upload(const T* from, index_t n, T* to) {
    std::copy_n(from, n, to);
  }

  /// to[i] = from[i] for i < n, from the backend's memory into the host's.
  template <element T>
  static void download(const T* from, index_t n, T* to) {
    std::copy_n(from, n, to);
  }
};

}  // namespace jem::inline v0
