// SPDX-License-Identifier: MIT
// xz by liblzma, for readers of files that may be compressed: see io/compressed.hpp.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/compressed.hpp>

#include <lzma.h>

#include <new>

namespace jem::inline v0::io {

/// The memory limit of a decompressor, without the contents: twice the dictionary of `xz -9`, the largest preset.
inline constexpr std::uint64_t xz_memory = std::uint64_t{128} << 20;

namespace detail {

struct lzma_closer {
  void operator()(lzma_stream* z) const { lzma_end(z); }
};

[[noreturn]] inline void refuse_xz(std::string_view file, std::uint64_t offset, lzma_ret code, std::uint64_t needed) {
  if (code == LZMA_MEM_ERROR) throw std::bad_alloc();
  if (code == LZMA_MEMLIMIT_ERROR) {
    fail_file(file, offset, concat("an xz stream that decompresses in ", xz_memory, " bytes"), concat("one that needs ", needed));
  }
  const bool unknown = code == LZMA_OPTIONS_ERROR || code == LZMA_UNSUPPORTED_CHECK;
  fail_file(file, offset, "a whole xz stream, and nothing else behind it,",
            code == LZMA_BUF_ERROR ? "one that ends early" : (unknown ? "one with an unknown filter or check" : "a damaged one"));
}

inline std::vector<std::uint8_t> decompress_xz(std::span<const std::uint8_t> bytes, std::uint64_t most, std::string_view file) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, xz_memory, LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK) throw std::bad_alloc();
  const std::unique_ptr<lzma_stream, lzma_closer> owner(&stream);
  stream.next_in  = bytes.data();
  stream.avail_in = bytes.size();
  lzma_ret code   = LZMA_OK;
  return collect_bytes(most, [&](std::uint8_t* to, std::size_t room) {
    stream.next_out  = to;
    stream.avail_out = room;
    while (code != LZMA_STREAM_END && stream.avail_out > 0) {
      code = lzma_code(&stream, LZMA_FINISH);
      if (code != LZMA_OK && code != LZMA_STREAM_END) refuse_xz(file, bytes.size() - stream.avail_in, code, lzma_memusage(&stream));
    }
    return room - stream.avail_out;
  });
}

}  // namespace detail

inline constexpr compression xz{xz_format, &detail::decompress_xz};  ///< decompressed by liblzma

}  // namespace jem::inline v0::io
