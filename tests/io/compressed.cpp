// SPDX-License-Identifier: MIT
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/gzip.hpp>
#include <jem/io/compressed.hpp>
#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

using jem::concat;
using test::decompressed;
using test::pattern;
using test::put_file;
using test::refusal;
using test::temporary_directory;
using bytes = test::byte_list;

namespace {

const bytes text{'p', 'l', 'a', 'i', 'n'};

std::string complaint(const bytes& contents, jem::io::compressions known) {
  return test::message_of<std::runtime_error>([&] { jem::io::decompress(contents, 100, "file", known); });
}

struct gzip_file {
  static constexpr const auto& format = jem::io::gzip;
  static constexpr const char* whole  = "a whole gzip stream";
  static bytes of(const bytes& plain) { return test::gzipped(plain); }
};

struct xz_file {
  static constexpr const auto& format = jem::io::xz;
  static constexpr const char* whole  = "a whole xz stream, and nothing else behind it,";
  static bytes of(const bytes& plain) { return test::xzed(plain); }
};

}  // namespace

TEST_CASE("plain bytes are returned as they are, whatever compressions are known") {
  for (const auto known : {jem::io::compressions{}, {jem::io::gzip}, {jem::io::gzip, jem::io::xz}}) {
    CHECK(jem::io::decompress(text, 100, "file", known) == text);
    CHECK(jem::io::decompress(text, 3, "file", known) == test::cut(text, 3));
    CHECK(jem::io::decompress(text, 0, "file", known).empty());
    CHECK(jem::io::decompress({}, 100, "file", known).empty());
  }
}

TEST_CASE("a compression is recognised by its first bytes, not by the name of the file") {
  const jem::io::compressions both = {jem::io::xz, jem::io::gzip};
  CHECK(jem::io::decompress(test::gzipped(text), 100, "file.xz", both) == text);
  CHECK(jem::io::decompress(test::xzed(text), 100, "file", both) == text);
}

TEST_CASE("an incomplete mark of a compression counts as plain bytes") {
  const bytes one{0x1f}, five{0xfd, '7', 'z', 'X', 'Z'};
  CHECK(jem::io::decompress(one, 100, "file", {}) == one);
  CHECK(jem::io::decompress(five, 100, "file", {}) == five);
}

TEST_CASE("a compression that the caller does not allow is named, with the header that has it") {
  CHECK(complaint(test::xzed(text), {jem::io::gzip}) ==
        "file, byte 0: expected plain bytes but found xz, which jem::io::xz of jem/io/xz.hpp decompresses, where it is asked for");
  CHECK(complaint(test::gzipped(text), {}) ==
        "file, byte 0: expected plain bytes but found gzip, which jem::io::gzip of jem/io/gzip.hpp decompresses, where it is asked for");
}

TEST_CASE("find_compressed looks for the name itself, then with the endings of the allowed compressions in their order") {
  const temporary_directory place;
  const auto path = place / "data.bin";
  put_file(place / "data.bin.xz", {});
  CHECK(jem::io::find_compressed(path, {jem::io::gzip, jem::io::xz}) == place / "data.bin.xz");
  put_file(place / "data.bin.gz", {});
  CHECK(jem::io::find_compressed(path, {jem::io::gzip, jem::io::xz}) == place / "data.bin.gz");
  CHECK(jem::io::find_compressed(path, {jem::io::xz, jem::io::gzip}) == place / "data.bin.xz");
  put_file(path, {});
  CHECK(jem::io::find_compressed(path, {jem::io::xz, jem::io::gzip}) == path);
}

TEST_CASE("a file that is not found is named with the endings that were tried") {
  const temporary_directory place;
  const auto path      = place / "data.bin";
  const auto complains = [&](jem::io::compressions known) {
    return test::message_of<std::runtime_error>([&] { jem::io::find_compressed(path, known); });
  };
  const std::string where = path.string() + ", byte 0: expected this file";
  CHECK(complains({}) == where + " but found none");
  CHECK(complains({jem::io::gzip}) == where + ", or the same with .gz, but found none");
  CHECK(complains({jem::io::gzip, jem::io::xz}) == where + ", or the same with .gz or .xz, but found none");
  put_file(place / "data.bin.xz", {});
  CHECK(complains({jem::io::gzip}) == where +
                                          ", or the same with .gz, but found the same with .xz, which jem::io::xz of jem/io/xz.hpp "
                                          "decompresses, where it is asked for");
}

TEST_CASE_TEMPLATE("decompression gives the original bytes, for any size", File, gzip_file, xz_file) {
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
    CAPTURE(size);
    CHECK(decompressed(File::format, File::of(pattern(size))) == pattern(size));
  }
}

TEST_CASE_TEMPLATE("decompression gives the first bytes only if no more are wanted, even if the rest is missing", File, gzip_file,
                   xz_file) {
  const auto contents   = pattern(100'000);
  const auto compressed = File::of(contents);
  for (const std::size_t most : {0u, 1u, 20u, 65'536u, 99'999u, 100'000u})
    CHECK(decompressed(File::format, compressed, most) == test::cut(contents, most));
  CHECK(decompressed(File::format, test::cut(compressed, compressed.size() / 2), 20) == test::cut(contents, 20));
}

TEST_CASE_TEMPLATE("the first bytes of 20 million zeros are decompressed in little memory", File, gzip_file, xz_file) {
  const auto compressed = File::of(bytes(20'000'000));
  CHECK(compressed.size() < 40'000);
  const auto first = decompressed(File::format, compressed, 1000);
  CHECK(first == bytes(1000));
  CHECK(first.capacity() <= 65'536);
}

TEST_CASE_TEMPLATE("compressed streams that follow each other are read as one", File, gzip_file, xz_file) {
  const auto three = test::joined(test::joined(File::of({1, 2}), File::of({})), File::of({3}));
  CHECK(decompressed(File::format, three) == bytes{1, 2, 3});
}

TEST_CASE_TEMPLATE("a compressed file cut off at any byte is refused", File, gzip_file, xz_file) {
  const auto compressed = File::of(pattern(300));
  test::check_truncations(compressed, [](const bytes& b) { return decompressed(File::format, b); });
  const auto two = test::joined(compressed, File::of({3}));
  for (std::size_t length = compressed.size() + 1; length < two.size(); ++length)
    CHECK_THROWS_AS(decompressed(File::format, test::cut(two, length)), std::runtime_error);
}

TEST_CASE_TEMPLATE("a compressed stream that ends early has another message than a damaged one, both with the byte", File, gzip_file,
                   xz_file) {
  const auto compressed      = File::of(pattern(300));
  const std::string expected = concat(": expected ", File::whole, " but found ");
  CHECK(refusal(File::format, test::cut(compressed, compressed.size() - 1)) ==
        concat("file, byte ", compressed.size() - 1, expected, "one that ends early"));
  CHECK(refusal(File::format, {}) == concat("file, byte 0", expected, "one that ends early"));
  auto damaged = compressed;
  damaged.back() ^= 1;
  CHECK(refusal(File::format, damaged).ends_with(expected + "a damaged one"));
}
