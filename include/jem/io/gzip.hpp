// SPDX-License-Identifier: MIT
// gzip (P. Deutsch 1996, RFC 1952) by zlib, for readers of files that may be compressed: see io/compressed.hpp.
#pragma once

#include <jem/io/compressed.hpp>

#include <zlib.h>

#include <new>

namespace jem::inline v0::io {

namespace detail {

struct inflate_closer {
  void operator()(z_stream* z) const { inflateEnd(z); }
};

/// Reads the members of a gzip file, one after the other. Bytes after a member have to begin another member.
class gzip_members {
 public:
  gzip_members(std::span<const std::uint8_t> bytes, std::string_view file) : rest_(bytes), size_(bytes.size()), file_(file) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();  // 15: the largest window; 16: the gzip format only
    owner_.reset(&stream_);
  }
  gzip_members(const gzip_members&)            = delete;
  gzip_members& operator=(const gzip_members&) = delete;

  /// Up to `room` bytes; fewer only at the end of the last member.
  std::size_t read(std::uint8_t* to, std::size_t room) {
    std::size_t got = 0;
    while (got < room && next_member()) got += inflate_some(to + got, room - got);
    return got;
  }

 private:
  std::uint64_t offset() const { return size_ - rest_.size(); }

  /// Begins the next member if one has ended. False at the end of the file.
  bool next_member() {
    if (!ended_) return true;
    if (rest_.empty()) return false;
    if (!begins_with(rest_, gzip_format.magic)) fail_file(file_, offset(), "the end of the file, or another gzip stream", "other bytes");
    inflateReset(&stream_);
    ended_ = false;
    return true;
  }

  std::size_t inflate_some(std::uint8_t* to, std::size_t room) {
    constexpr std::size_t most = std::size_t{1} << 30;  // zlib counts in 32 bits
    const auto given = static_cast<uInt>((std::min)(rest_.size(), most)), wanted = static_cast<uInt>((std::min)(room, most));
    stream_.next_in   = const_cast<Bytef*>(rest_.data());  // zlib only reads it
    stream_.avail_in  = given;
    stream_.next_out  = to;
    stream_.avail_out = wanted;
    const int code    = inflate(&stream_, Z_NO_FLUSH);
    rest_             = rest_.subspan(given - stream_.avail_in);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code == Z_BUF_ERROR) fail_file(file_, offset(), "a whole gzip stream", "one that ends early");
    if (code != Z_OK && code != Z_STREAM_END) fail_file(file_, offset(), "a whole gzip stream", "a damaged one");
    ended_ = code == Z_STREAM_END;
    return wanted - stream_.avail_out;
  }

  z_stream stream_{};
  std::unique_ptr<z_stream, inflate_closer> owner_;
  std::span<const std::uint8_t> rest_;
  std::uint64_t size_;
  std::string_view file_;
  bool ended_ = false;
};

inline std::vector<std::uint8_t> decompress_gzip(std::span<const std::uint8_t> bytes, std::uint64_t most, std::string_view file) {
  gzip_members members(bytes, file);
  return collect_bytes(most, [&](std::uint8_t* to, std::size_t room) { return members.read(to, room); });
}

}  // namespace detail

inline constexpr compression gzip{gzip_format, &detail::decompress_gzip};  ///< decompressed by zlib

}  // namespace jem::inline v0::io
