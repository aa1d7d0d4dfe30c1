// SPDX-License-Identifier: MIT
// Compressed bytes, made by the libraries themselves, functions that read them, and functions that damage files: they cut them off, or
// flip a bit.
#pragma once

#include "temporary_directory.hpp"

#include <jem/io/compressed.hpp>

#include <doctest/doctest.h>

#include <lzma.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

using byte_list = std::vector<std::uint8_t>;

/// Throws if an input of a test could not be made; REQUIRE does not work before main.
inline void need(bool made) {
  if (!made) throw std::logic_error("an input of the tests could not be made");
}

inline byte_list gzipped(const byte_list& plain) {
  z_stream z{};
  need(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  byte_list compressed(deflateBound(&z, static_cast<uLong>(plain.size())));
  z.next_in   = const_cast<Bytef*>(plain.data());
  z.avail_in  = static_cast<uInt>(plain.size());
  z.next_out  = compressed.data();
  z.avail_out = static_cast<uInt>(compressed.size());
  need(deflate(&z, Z_FINISH) == Z_STREAM_END);
  compressed.resize(compressed.size() - z.avail_out);
  need(deflateEnd(&z) == Z_OK);
  return compressed;
}

/// Compressed by xz; if `delta`, with a delta filter before LZMA2, as for the bytes of pictures.
inline byte_list xzed(const byte_list& plain, bool delta = false) {
  lzma_options_lzma options{};
  need(lzma_lzma_preset(&options, 0) == 0);
  lzma_options_delta distance{};
  distance.type = LZMA_DELTA_TYPE_BYTE;
  distance.dist = 1;
  std::array<lzma_filter, 3> filters{{{LZMA_FILTER_DELTA, &distance}, {LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}}};
  byte_list compressed(lzma_stream_buffer_bound(plain.size()));
  std::size_t size = 0;
  need(lzma_stream_buffer_encode(filters.data() + (delta ? 0 : 1), LZMA_CHECK_CRC64, nullptr, plain.data(), plain.size(), compressed.data(),
                                 &size, compressed.size()) == LZMA_OK);
  compressed.resize(size);
  return compressed;
}

/// `size` bytes that are not all equal.
inline byte_list pattern(std::size_t size) {
  byte_list contents(size);
  for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
  return contents;
}

/// The first `most` bytes of the contents of "file".
inline byte_list decompressed(const jem::io::compression& by, const byte_list& file,
                              std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  return by.decompress(file, most, "file");
}

/// The message with which "file" is refused; empty if it is accepted.
inline std::string refusal(const jem::io::compression& by, const byte_list& file) {
  return message_of<std::runtime_error>([&] { decompressed(by, file); });
}

inline byte_list joined(byte_list first, const byte_list& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

inline byte_list cut(const byte_list& whole, std::size_t length) {
  return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
}

/// Checks that read(bytes) refuses every shorter file.
template <class F>
void check_truncations(const byte_list& whole, F read) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(read(cut(whole, length)), std::runtime_error);
  }
}

/// The number of bits after whose flip read(bytes) refuses the file. A flip of any other bit has to change nothing: same(result) is true.
template <class F, class S>
std::size_t refused_flips(const byte_list& whole, F read, S same) {
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    CAPTURE(bit);
    auto damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    bool unchanged = false;
    try {
      unchanged = same(read(damaged));
    } catch (const std::runtime_error&) {
      ++refused;
      continue;
    }
    CHECK(unchanged);
  }
  return refused;
}

}  // namespace test
