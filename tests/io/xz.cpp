// SPDX-License-Identifier: MIT
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

#include <limits>

using test::xzed;
using bytes = test::byte_list;

namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

bytes decompress(const bytes& compressed, std::uint64_t most = all) { return jem::io::xz.decompress(compressed, most, "file"); }

std::string complaint(const bytes& compressed) {
  return test::message_of<std::runtime_error>([&] { decompress(compressed); });
}

bytes pattern(std::size_t size) {
  bytes contents(size);
  for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
  return contents;
}

}  // namespace

TEST_CASE("xz gives back what was compressed, whatever its size") {
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
    CAPTURE(size);
    CHECK(decompress(xzed(pattern(size))) == pattern(size));
  }
}

TEST_CASE("xz gives the first bytes alone when asked for no more, without a look at the rest") {
  const auto contents   = pattern(100'000);
  const auto compressed = xzed(contents);
  for (const std::size_t most : {0u, 1u, 20u, 65'536u, 99'999u, 100'000u}) CHECK(decompress(compressed, most) == test::cut(contents, most));
  CHECK(decompress(test::cut(compressed, compressed.size() / 2), 20) == test::cut(contents, 20));
}

TEST_CASE("xz decompresses a trap only as far as asked, in little memory") {
  const auto compressed = xzed(bytes(20'000'000));
  CHECK(compressed.size() < 40'000);
  const auto first = decompress(compressed, 1000);
  CHECK(first == bytes(1000));
  CHECK(first.capacity() <= 65'536);
}

TEST_CASE("xz streams that follow each other are one") {
  const auto three = test::joined(test::joined(xzed({1, 2}), xzed({})), xzed({3}));
  CHECK(decompress(three) == bytes{1, 2, 3});
}

TEST_CASE("a xz file cut off at any byte is refused") {
  const auto compressed = xzed(pattern(300));
  test::check_truncations(compressed, [](const bytes& b) { return decompress(b); });
  const auto two = test::joined(compressed, xzed({3}));
  for (std::size_t length = compressed.size() + 1; length < two.size(); ++length)
    CHECK_THROWS_AS(decompress(test::cut(two, length)), std::runtime_error);
}

TEST_CASE("any flipped bit in an xz file is refused") {
  const auto compressed = xzed(pattern(300));
  const auto refused =
      test::refused_flips(compressed, [](const bytes& b) { return decompress(b); }, [](const bytes& b) { return b == pattern(300); });
  CHECK(refused == compressed.size() * 8);
}

TEST_CASE("xz is read with the delta filter, too") { CHECK(decompress(xzed(pattern(70'000), true)) == pattern(70'000)); }

TEST_CASE("bytes behind an xz stream are refused, but for its own padding of four zeros") {
  const auto compressed = xzed({1, 2, 3});
  CHECK(decompress(test::joined(compressed, bytes(4))) == bytes{1, 2, 3});
  for (const auto& rest : {bytes(3), bytes(20, 'x')}) {
    const auto message = complaint(test::joined(compressed, rest));
    CHECK_MESSAGE(message.ends_with("expected a whole xz stream, and nothing else behind it, but found a damaged one"), message);
  }
}

TEST_CASE("an xz stream that ends early is told from a damaged one, with the byte") {
  const auto compressed = xzed(pattern(300));
  CHECK(complaint(test::cut(compressed, compressed.size() - 1)) ==
        "file, byte " + std::to_string(compressed.size() - 1) +
            ": expected a whole xz stream, and nothing else behind it, but found one that ends early");
  CHECK(complaint({}).ends_with("but found one that ends early"));
}

TEST_CASE("an xz stream that asks for a dictionary of 3 GiB is refused before it gets it") {
  auto compressed    = xzed({1, 2, 3});
  std::size_t filter = 14;  // the block's header begins at byte 12: its size, its flags, sizes, the filter, its options
  while (compressed[filter] != LZMA_FILTER_LZMA2) ++filter;
  REQUIRE(compressed[filter + 1] == 1);
  compressed[filter + 2] = 39;  // 3·2³⁰ bytes
  const std::size_t size = (compressed[12] + 1u) * 4;
  const auto checksum    = lzma_crc32(compressed.data() + 12, size - 4, 0);
  for (std::size_t i = 0; i < 4; ++i) compressed[12 + size - 4 + i] = static_cast<std::uint8_t>(checksum >> 8 * i);
  CHECK_MESSAGE(complaint(compressed).find(": expected an xz stream that decompresses in 134217728 bytes but found one that needs 322") !=
                    std::string::npos,
                complaint(compressed));
}

TEST_CASE("an xz stream with a check that is not known is refused") {
  auto compressed     = xzed({1, 2, 3});
  compressed[7]       = 5;  // no check has this number; the header's own checksum follows
  const auto checksum = lzma_crc32(compressed.data() + 6, 2, 0);
  for (std::size_t i = 0; i < 4; ++i) compressed[8 + i] = static_cast<std::uint8_t>(checksum >> 8 * i);
  CHECK_MESSAGE(complaint(compressed).ends_with("but found one with an unknown filter or check"), complaint(compressed));
}
