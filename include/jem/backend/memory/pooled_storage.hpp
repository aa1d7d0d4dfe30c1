// SPDX-License-Identifier: MIT
// The storage of a backend's tensors: a block of a memory pool.
#pragma once

#include <jem/backend/memory/pool.hpp>

#include <limits>
#include <new>
#include <utility>

namespace jem::inline v0 {

/// n uninitialised elements from a pool; it can be moved, but not copied.
template <element T, memory_source Memory>
class pooled_storage {
 public:
  pooled_storage() = default;

  /// Throws std::bad_array_new_length if n is negative or far too large.
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

  /// Null if there are no elements.
  T* data() { return data_; }
  /// Null if there are no elements.
  const T* data() const { return data_; }

 private:
  static std::size_t checked(index_t n) {
    if (n < 0 || n > (std::numeric_limits<index_t>::max)() / 16) throw std::bad_array_new_length();
    return static_cast<std::size_t>(n) * sizeof(T);
  }

  std::size_t bytes_ = 0;
  T* data_           = nullptr;
};

}  // namespace jem::inline v0
