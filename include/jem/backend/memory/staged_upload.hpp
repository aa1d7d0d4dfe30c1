// SPDX-License-Identifier: MIT
// Uploads by way of page-locked memory, which a device reads by itself. The host goes on at once; it waits only when it needs a block that
// the device has not read yet. A copy from ordinary memory would first wait until the device has done all its work.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace jem::inline v0 {

/// A device that copies from page-locked memory of the host in the order of its work. A mark says how far it has come.
template <class D>
concept reading_device = requires(void* to, void* block, const void* from, std::size_t bytes, typename D::mark& mark) {
  { D::lock(bytes) } -> std::same_as<void*>;  // page-locked memory; throws where there is none
  { D::unlock(block) } noexcept;
  D::read(to, from, bytes);  // to[i] = from[i], when its turn comes
  mark.set();                // behind all that has been asked for
  { mark.wait() } noexcept;  // until the device has come so far; at once, if it was never set
};

/// Blocks of page-locked memory, used in turn; for one thread.
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
  std::array<typename Device::mark, count> read_;  // of each block
  std::byte* memory_ = nullptr;
  std::size_t next_  = 0;
};

}  // namespace jem::inline v0
