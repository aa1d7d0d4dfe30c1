// SPDX-License-Identifier: MIT
// A std::vector whose memory is recycled like that of tensors, for slots of a buffer or caches of layers: a loop that creates the same
// vectors in each iteration allocates memory in the first iteration only.
#pragma once

#include <jem/backend/memory/host.hpp>

#include <vector>

namespace jem::inline v0 {

/// A standard allocator that takes memory from the host's pool; throws std::bad_alloc.
template <class T>
struct recycling {
  using value_type = T;

  recycling() = default;
  /// All allocators of this kind are equal.
  template <class U>
  constexpr recycling(const recycling<U>&) {}  // NOLINT(google-explicit-constructor): as the standard library requires

  /// Memory for n elements.
  T* allocate(std::size_t n) { return static_cast<T*>(host_pool::acquire(n * sizeof(T))); }
  /// Returns memory that came from `allocate`.
  void deallocate(T* block, std::size_t n) noexcept { host_pool::release(block, n * sizeof(T)); }

  friend constexpr bool operator==(recycling, recycling) { return true; }
};

template <class T>
using pooled_vector = std::vector<T, recycling<T>>;  ///< a std::vector whose memory is recycled

}  // namespace jem::inline v0
