// SPDX-License-Identifier: MIT
// A PNG file of any bytes is read or refused by std::runtime_error; nothing else may happen. The bytes are read as they are, and again
// with corrected checksums, since otherwise nearly every change would be refused for its checksum.
#include <jem/io/png.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <vector>

namespace {

void read(std::span<const std::uint8_t> bytes, jem::io::png_values values) {
  try {
    const auto picture = jem::io::decode_png(bytes, "fuzz", values);
    if (picture.height * picture.width * picture.channels != std::ssize(picture.pixels)) std::abort();
  } catch (const std::runtime_error&) {}
}

std::vector<std::uint8_t> with_checksums(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> file(bytes.begin(), bytes.end());
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::size_t length =
        std::size_t{file[at]} << 24 | std::size_t{file[at + 1]} << 16 | std::size_t{file[at + 2]} << 8 | file[at + 3];
    if (length > file.size() - at - 12) break;
    const auto checksum = crc32(0, file.data() + at + 4, static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) file[at + 8 + length + i] = static_cast<std::uint8_t>(checksum >> (24 - 8 * i) & 255);
    at += 12 + length;
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  for (const auto values : {jem::io::png_values::as_stored, jem::io::png_values::to_srgb}) {
    read(bytes, values);
    read(with_checksums(bytes), values);
  }
  return 0;
}
