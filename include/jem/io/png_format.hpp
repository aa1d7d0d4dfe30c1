// SPDX-License-Identifier: MIT
// The frame of a PNG file (W3C Recommendation, second edition, 2003; ISO/IEC 15948): a signature, then chunks of a length, a type, data
// and a checksum, from IHDR to IEND. The frame is checked before the pixels are read, so that a file that is cut off, damaged
// or has a wrong size is refused, with the byte, before memory is allocated.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0::io {

/// The header of a PNG file.
struct png_header {
  std::uint64_t height = 0, width = 0;  ///< in pixels
  int bits = 8, colour = 0;  ///< bits of a sample or of a palette's index; colour type 0 grey, 2 red, green, blue, 3 by a palette
};

inline constexpr std::uint64_t png_most_pixels = std::uint64_t{1} << 26;  ///< the largest number in a file that is read

namespace detail {

inline std::uint32_t png_number(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

/// The data of IHDR, at byte 16.
inline png_header parse_png_header(std::span<const std::uint8_t> data, std::string_view file) {
  const png_header h{png_number(data, 4), png_number(data, 0), data[8], data[9]};
  constexpr std::uint32_t most = 0x7fffffff;
  if (h.height < 1 || h.width < 1 || h.height > most || h.width > most || h.height * h.width > png_most_pixels) {
    fail_file(file, 16, concat("1 to ", png_most_pixels, " pixels"), std::to_string(h.height) + " rows of " + std::to_string(h.width));
  }
  if (h.bits != 1 && h.bits != 2 && h.bits != 4 && h.bits != 8) {
    fail_file(file, 24, "1, 2, 4 or 8 bits a sample", std::to_string(h.bits));
  }
  if (h.colour != 0 && h.colour != 2 && h.colour != 3) {
    fail_file(file, 25, "grey, colour or a palette (types 0, 2, 3), without transparency,", concat("type ", h.colour));
  }
  return h;
}

/// Throws std::runtime_error if so few compressed bytes cannot hold an image of this size: deflate makes at most 1032 bytes from one.
inline void check_png_size(const png_header& h, std::uint64_t compressed, std::string_view file) {
  const std::uint64_t bits = h.height * h.width * static_cast<std::uint64_t>(h.bits) * (h.colour == 2 ? 3 : 1);
  if (bits / 8 > 1032 * compressed) {
    fail_file(file, 16, concat("an image that ", compressed, " bytes of compressed data can hold"),
              std::to_string(h.height) + " rows of " + std::to_string(h.width) + " pixels");
  }
}

}  // namespace detail

/// The header of a PNG file whose frame is whole: each chunk within the file, its checksum right, IHDR first, IEND at the end.
/// `file` names it in errors. Throws std::runtime_error with the byte for any other file, for 16 bits per sample or transparency, for
/// more than 2²⁶ pixels, and for more pixels than the file can hold.
inline png_header check_png(std::span<const std::uint8_t> bytes, std::string_view file) {
  constexpr std::uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (bytes.size() < 8 || !std::equal(signature, signature + 8, bytes.begin())) {
    fail_file(file, 0, "the signature of a PNG file", bytes.size() < 8 ? "the end of the file" : "other bytes");
  }
  png_header header;
  std::uint64_t compressed = 0;
  for (std::size_t at = 8;;) {
    if (bytes.size() - at < 12) fail_file(file, bytes.size(), "a chunk up to IEND", "the end of the file");
    const std::size_t length = detail::png_number(bytes, at), rest = bytes.size() - at - 12;
    if (length > rest) fail_file(file, at, concat("a chunk of at most ", rest, " bytes, the rest of the file,"), std::to_string(length));
    const auto named = bytes.subspan(at + 4, 4 + length);  // the type and the data, which the checksum covers
    if (crc32(0, named.data(), static_cast<uInt>(named.size())) != detail::png_number(bytes, at + 8 + length)) {
      fail_file(file, at + 8 + length, "the checksum of the chunk", "another");
    }
    const std::string_view type(reinterpret_cast<const char*>(named.data()), 4);
    if ((at == 8) != (type == "IHDR") || (at == 8 && length != 13)) {
      fail_file(file, at, "one IHDR chunk of 13 bytes, the first", "another chunk");
    }
    if (type == "IHDR") header = detail::parse_png_header(named.subspan(4), file);
    if (type == "tRNS") fail_file(file, at, "an image without transparency", "a tRNS chunk");
    if (type == "IDAT") compressed += length;
    at += 12 + length;
    if (type == "IEND") {
      if (at != bytes.size()) fail_file(file, at, "the end of the file", std::to_string(bytes.size() - at) + " more bytes");
      detail::check_png_size(header, compressed, file);
      return header;
    }
  }
}

/// A file that check_png accepts, without its ancillary chunks, whose types begin with a small letter. Among them are gAMA, sRGB, iCCP,
/// cHRM and sBIT, which describe the colour space. The chunks with the pixels stay.
inline std::vector<std::uint8_t> critical_chunks(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> kept(bytes.begin(), bytes.begin() + 8);
  for (std::size_t at = 8; at < bytes.size();) {
    const auto chunk = bytes.subspan(at, std::size_t{12} + detail::png_number(bytes, at));
    if ((chunk[4] & 0x20) == 0) kept.insert(kept.end(), chunk.begin(), chunk.end());
    at += chunk.size();
  }
  return kept;
}

}  // namespace jem::inline v0::io
