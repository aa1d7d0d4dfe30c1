// SPDX-License-Identifier: MIT
// PNG files of every kind, also wrong ones, made chunk by chunk without libpng.
#pragma once

#include "compressors.hpp"

#include <string_view>

namespace test {

inline void put_big_endian(byte_list& to, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift & 255));
}

/// Length, type, data and checksum.
inline byte_list png_chunk(std::string_view type, const byte_list& data) {
  byte_list named(type.begin(), type.end());
  named = joined(std::move(named), data);
  byte_list chunk;
  put_big_endian(chunk, static_cast<std::uint32_t>(data.size()));
  chunk = joined(std::move(chunk), named);
  put_big_endian(chunk, static_cast<std::uint32_t>(crc32(0, named.data(), static_cast<uInt>(named.size()))));
  return chunk;
}

inline byte_list png_ihdr(std::uint32_t width, std::uint32_t height, int bits, int colour, int interlace = 0) {
  byte_list data;
  put_big_endian(data, width);
  put_big_endian(data, height);
  for (const int value : {bits, colour, 0, 0, interlace}) data.push_back(static_cast<std::uint8_t>(value));
  return png_chunk("IHDR", data);
}

/// Rows, each after the byte of its filter, as one IDAT chunk.
inline byte_list png_idat(const byte_list& rows) {
  byte_list compressed(compressBound(static_cast<uLong>(rows.size())));
  uLongf size = compressed.size();
  need(compress2(compressed.data(), &size, rows.data(), static_cast<uLong>(rows.size()), 9) == Z_OK);
  compressed.resize(size);
  return png_chunk("IDAT", compressed);
}

/// The signature, these chunks, and IEND.
inline byte_list png_of(const std::vector<byte_list>& chunks) {
  byte_list file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  for (const auto& chunk : chunks) file = joined(std::move(file), chunk);
  return joined(std::move(file), png_chunk("IEND", {}));
}

}  // namespace test
