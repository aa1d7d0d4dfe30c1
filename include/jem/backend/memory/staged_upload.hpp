// SPDX-License-Identifier: MIT
// Uploads through page-locked memory, which a device reads by itself. The host waits only if it needs a block of this memory again before
// the device has read it. A copy from ordinary memory would wait until the device has done all its work.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace jem::inline v0 {

/// A device that copies from page-locked memory of the host, in order with its other work. A mark is a point in this order that the host
/// can wait for.
template <class D>
concept reading_device = requires(void* to, void* block, const void* from, std::size_t bytes, typename D::mark& mark) {
  { D::lock(bytes) } -> std::same_as<void*>;  // page-locked memory; throws if there is none
  { D::unlock(block) } noexcept;
  D::read(to, from, bytes);  // to[i] = from[i], in order with the device's other work
  mark.set();                // after all work that has been requested so far
  { mark.wait() } noexcept;  // until the device has reached the mark; does not wait if it was never set
};

/// Uploads by blocks of page-locked memory, which are used in turn. Each thread needs its own.
template <reading_device Device, std::size_t block_bytes = std::size_t{1} << 19, std::size_t count = 8>
class staged_upload {
 public:
  staged_upload()                                = default;
  staged_upload(const staged_upload&)            = delete;
  staged_upload& operator=(const staged_upload&) = delete;
  ~staged_upload() {
    for (auto& mark : read_) mark.wait();
    if (memory_ != nullptr) Device::unlock(memory_);
  }

  /// to[i] = from[i] for i < bytes, in the order of the device's work; returns when `from` has been read. Throws what the device
  /// throws.
  void operator()(const void* from, std::size_t bytes, void* to) {
    if (memory_ == nullptr && bytes > 0) memory_ = static_cast<std::byte*>(Device::lock(block_bytes * count));
    for (std::size_t done = 0; done < bytes; done += block_bytes) {
      std::byte* const stage = memory_ + next_ * block_bytes;
      const std::size_t part = (std::min)(block_bytes, bytes - done);
      read_[next_].wait();
      std::memcpy(stage, static_cast<const std::byte*>(from) + done, part);
      Device::read(static_cast<std::byte*>(to) + done, stage, part);
      read_[next_].set();
      next_ = (next_ + 1) % count;
    }
  }

 private:
  std::array<typename Device::mark, count> read_;  // for each block: the device has read it
  std::byte* memory_ = nullptr;
  std::size_t next_  = 0;
};

}  // namespace jem::inline v0
