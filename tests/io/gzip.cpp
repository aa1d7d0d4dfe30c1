// SPDX-License-Identifier: MIT
#include "support/packers.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/gzip.hpp>

#include <doctest/doctest.h>

#include <limits>

using test::gzipped;
using bytes = test::byte_list;

namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

bytes unpack(const bytes& packed, std::uint64_t most = all) { return jem::io::gzip.unpack(packed, most, "file"); }

std::string complaint(const bytes& packed) {
  return test::message_of<std::runtime_error>([&] { unpack(packed); });
}

bytes pattern(std::size_t size) {
  bytes contents(size);
  for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
  return contents;
}

}  // namespace

TEST_CASE("gzip gives back what was packed, whatever its size") {
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
    CAPTURE(size);
    CHECK(unpack(gzipped(pattern(size))) == pattern(size));
  }
}

TEST_CASE("gzip gives the first bytes alone when asked for no more, without a look at the rest") {
  const auto contents = pattern(100'000);
  const auto packed   = gzipped(contents);
  for (const std::size_t most : {0u, 1u, 20u, 65'536u, 99'999u, 100'000u}) CHECK(unpack(packed, most) == test::cut(contents, most));
  CHECK(unpack(test::cut(packed, packed.size() / 2), 20) == test::cut(contents, 20));
}

TEST_CASE("gzip unpacks a trap only as far as asked, in little memory") {
  const auto packed = gzipped(bytes(20'000'000));
  CHECK(packed.size() < 40'000);
  const auto first = unpack(packed, 1000);
  CHECK(first == bytes(1000));
  CHECK(first.capacity() <= 65'536);
}

TEST_CASE("gzip streams that follow each other are one") {
  const auto three = test::joined(test::joined(gzipped({1, 2}), gzipped({})), gzipped({3}));
  CHECK(unpack(three) == bytes{1, 2, 3});
}

TEST_CASE("a gzip file cut off at any byte is refused") {
  const auto packed = gzipped(pattern(300));
  test::check_truncations(packed, [](const bytes& b) { return unpack(b); });
  const auto two = test::joined(packed, gzipped({3}));
  for (std::size_t length = packed.size() + 1; length < two.size(); ++length)
    CHECK_THROWS_AS(unpack(test::cut(two, length)), std::runtime_error);
}

TEST_CASE("a flipped bit in a gzip file is refused or changes nothing") {
  const auto packed = gzipped(pattern(300));
  const auto refused =
      test::refused_flips(packed, [](const bytes& b) { return unpack(b); }, [](const bytes& b) { return b == pattern(300); });
  CHECK(refused > (packed.size() - 10) * 8);  // only bits of gzip's own header mean nothing
}

TEST_CASE("bytes behind a gzip stream that begin no other are refused, also zeros") {
  const auto packed = gzipped({1, 2, 3});
  const auto where =
      "file, byte " + std::to_string(packed.size()) + ": expected the end of the file, or another gzip stream but found other bytes";
  CHECK(complaint(test::joined(packed, {0})) == where);
  CHECK(complaint(test::joined(packed, {0x1f})) == where);
  CHECK(complaint(test::joined(packed, bytes(512))) == where);
  CHECK(complaint(test::joined(packed, {'j', 'u', 'n', 'k'})) == where);
}

TEST_CASE("a gzip stream that ends early is told from a damaged one, with the byte") {
  const auto packed = gzipped(pattern(300));
  CHECK(complaint(test::cut(packed, packed.size() - 1)) ==
        "file, byte " + std::to_string(packed.size() - 1) + ": expected a whole gzip stream but found one that ends early");
  auto damaged = packed;
  damaged.back() ^= 1;
  CHECK(complaint(damaged).ends_with(": expected a whole gzip stream but found a damaged one"));
  CHECK(complaint({}) == "file, byte 0: expected a whole gzip stream but found one that ends early");
}
