// SPDX-License-Identifier: MIT
// std::vector with memory that is recycled like that of tensors, for slots of a buffer or caches of layers: a loop that makes the same
// vectors again and again allocates memory in its first round only.
#pragma once

#include <jem/backend/memory/host.hpp>

#include <vector>

namespace jem::inline v0 {

/// An allocator of the standard library over the host's pool; throws std::bad_alloc.
template <class T>
struct recycling {
  using value_type = T;

  recycling() = default;
  /// All allocators of this kind are equal.
  template <class U>
  constexpr recycling(const recycling<U>&) {}  // NOLINT(google-explicit-constructor): as the standard library asks

  /// Memory for n elements.
  T* allocate(std::size_t n) { return static_cast<T*>(host_pool::acquire(n * sizeof(T))); }
  /// What `allocate` gave.
  void deallocate(T* block, std::size_t n) noexcept { host_pool::release(block, n * sizeof(T)); }

  friend constexpr bool operator==(recycling, recycling) { return true; }
};

template <class T>
using pooled_vector = std::vector<T, recycling<T>>;  ///< a std::vector whose memory is recycled

}  // namespace jem::inline v0
