// SPDX-License-Identifier: MIT
// Tests of xz only. compressed.cpp has the tests of every compression.
#include "support/compressors.hpp"

#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

#include <string>

using test::xzed;
using bytes = test::byte_list;

namespace {

bytes decompress(const bytes& file) { return test::decompressed(jem::io::xz, file); }

std::string refusal(const bytes& file) { return test::refusal(jem::io::xz, file); }

}  // namespace

TEST_CASE("any flipped bit in an xz file is refused") {
  const auto compressed = xzed(test::pattern(300));
  const auto refused    = test::refused_flips(compressed, decompress, [](const bytes& b) { return b == test::pattern(300); });
  CHECK(refused == compressed.size() * 8);
}

TEST_CASE("xz is read with the delta filter, too") { CHECK(decompress(xzed(test::pattern(70'000), true)) == test::pattern(70'000)); }

TEST_CASE("bytes after an xz stream are refused, except padding of four zeros") {
  const auto compressed = xzed({1, 2, 3});
  CHECK(decompress(test::joined(compressed, bytes(4))) == bytes{1, 2, 3});
  for (const auto& rest : {bytes(3), bytes(20, 'x')}) {
    const auto message = refusal(test::joined(compressed, rest));
    CHECK_MESSAGE(message.ends_with("expected a whole xz stream, and nothing else behind it, but found a damaged one"), message);
  }
}

TEST_CASE("an xz stream that needs a dictionary of 3 GiB is refused before memory is allocated") {
  auto compressed    = xzed({1, 2, 3});
  std::size_t filter = 14;  // The block's header begins at byte 12 with its size, flags, sizes, the filter and its options.
  while (compressed[filter] != LZMA_FILTER_LZMA2) ++filter;
  REQUIRE(compressed[filter + 1] == 1);
  compressed[filter + 2] = 39;  // 3·2³⁰ bytes
  const std::size_t size = (compressed[12] + 1u) * 4;
  const auto checksum    = lzma_crc32(compressed.data() + 12, size - 4, 0);
  for (std::size_t i = 0; i < 4; ++i) compressed[12 + size - 4 + i] = static_cast<std::uint8_t>(checksum >> 8 * i);
  CHECK_MESSAGE(refusal(compressed).find(": expected an xz stream that decompresses in 134217728 bytes but found one that needs 322") !=
                    std::string::npos,
                refusal(compressed));
}

TEST_CASE("an xz stream with an unknown check is refused") {
  auto compressed     = xzed({1, 2, 3});
  compressed[7]       = 5;  // no check has this number; the checksum of the header follows
  const auto checksum = lzma_crc32(compressed.data() + 6, 2, 0);
  for (std::size_t i = 0; i < 4; ++i) compressed[8 + i] = static_cast<std::uint8_t>(checksum >> 8 * i);
  CHECK_MESSAGE(refusal(compressed).ends_with("but found one with an unknown filter or check"), refusal(compressed));
}
