// SPDX-License-Identifier: MIT
// Tests of gzip only. compressed.cpp has the tests of every compression.
#include "support/compressors.hpp"

#include <jem/io/gzip.hpp>

#include <doctest/doctest.h>

#include <string>

using test::gzipped;
using bytes = test::byte_list;

namespace {

bytes decompress(const bytes& file) { return test::decompressed(jem::io::gzip, file); }

}  // namespace

TEST_CASE("a flipped bit in a gzip file is refused or changes nothing") {
  const auto compressed = gzipped(test::pattern(300));
  const auto refused    = test::refused_flips(compressed, decompress, [](const bytes& b) { return b == test::pattern(300); });
  CHECK(refused > (compressed.size() - 10) * 8);  // only flips in gzip's header may change nothing
}

TEST_CASE("bytes after a gzip stream that are no gzip stream are refused, also zeros") {
  const auto compressed = gzipped({1, 2, 3});
  const auto where =
      "file, byte " + std::to_string(compressed.size()) + ": expected the end of the file, or another gzip stream but found other bytes";
  CHECK(test::refusal(jem::io::gzip, test::joined(compressed, {0})) == where);
  CHECK(test::refusal(jem::io::gzip, test::joined(compressed, {0x1f})) == where);
  CHECK(test::refusal(jem::io::gzip, test::joined(compressed, bytes(512))) == where);
  CHECK(test::refusal(jem::io::gzip, test::joined(compressed, {'j', 'u', 'n', 'k'})) == where);
}
