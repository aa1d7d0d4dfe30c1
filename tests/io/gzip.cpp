// SPDX-License-Identifier: MIT
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/gzip.hpp>

#include <doctest/doctest.h>

#include <limits>

using test::gzipped;
using bytes = test::byte_list;

namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

bytes decompress(const bytes& compressed, std::uint64_t most = all) { return jem::io::gzip.decompress(compressed, most, "file"); }

std::string complaint(const bytes& compressed) {
  return test::message_of<std::runtime_error>([&] { decompress(compressed); });
}

bytes pattern(std::size_t size) {
  bytes contents(size);
  for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
  return contents;
}

}  // namespace

TEST_CASE("gzip gives back what was compressed, whatever its size") {
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
    CAPTURE(size);
    CHECK(decompress(gzipped(pattern(size))) == pattern(size));
  }
}

TEST_CASE("gzip gives the first bytes alone when asked for no more, without a look at the rest") {
  const auto contents   = pattern(100'000);
  const auto compressed = gzipped(contents);
  for (const std::size_t most : {0u, 1u, 20u, 65'536u, 99'999u, 100'000u}) CHECK(decompress(compressed, most) == test::cut(contents, most));
  CHECK(decompress(test::cut(compressed, compressed.size() / 2), 20) == test::cut(contents, 20));
}

TEST_CASE("gzip decompresses a trap only as far as asked, in little memory") {
  const auto compressed = gzipped(bytes(20'000'000));
  CHECK(compressed.size() < 40'000);
  const auto first = decompress(compressed, 1000);
  CHECK(first == bytes(1000));
  CHECK(first.capacity() <= 65'536);
}

TEST_CASE("gzip streams that follow each other are one") {
  const auto three = test::joined(test::joined(gzipped({1, 2}), gzipped({})), gzipped({3}));
  CHECK(decompress(three) == bytes{1, 2, 3});
}

TEST_CASE("a gzip file cut off at any byte is refused") {
  const auto compressed = gzipped(pattern(300));
  test::check_truncations(compressed, [](const bytes& b) { return decompress(b); });
  const auto two = test::joined(compressed, gzipped({3}));
  for (std::size_t length = compressed.size() + 1; length < two.size(); ++length)
    CHECK_THROWS_AS(decompress(test::cut(two, length)), std::runtime_error);
}

TEST_CASE("a flipped bit in a gzip file is refused or changes nothing") {
  const auto compressed = gzipped(pattern(300));
  const auto refused =
      test::refused_flips(compressed, [](const bytes& b) { return decompress(b); }, [](const bytes& b) { return b == pattern(300); });
  CHECK(refused > (compressed.size() - 10) * 8);  // only bits of gzip's own header mean nothing
}

TEST_CASE("bytes behind a gzip stream that begin no other are refused, also zeros") {
  const auto compressed = gzipped({1, 2, 3});
  const auto where =
      "file, byte " + std::to_string(compressed.size()) + ": expected the end of the file, or another gzip stream but found other bytes";
  CHECK(complaint(test::joined(compressed, {0})) == where);
  CHECK(complaint(test::joined(compressed, {0x1f})) == where);
  CHECK(complaint(test::joined(compressed, bytes(512))) == where);
  CHECK(complaint(test::joined(compressed, {'j', 'u', 'n', 'k'})) == where);
}

TEST_CASE("a gzip stream that ends early is told from a damaged one, with the byte") {
  const auto compressed = gzipped(pattern(300));
  CHECK(complaint(test::cut(compressed, compressed.size() - 1)) ==
        "file, byte " + std::to_string(compressed.size() - 1) + ": expected a whole gzip stream but found one that ends early");
  auto damaged = compressed;
  damaged.back() ^= 1;
  CHECK(complaint(damaged).ends_with(": expected a whole gzip stream but found a damaged one"));
  CHECK(complaint({}) == "file, byte 0: expected a whole gzip stream but found one that ends early");
}
