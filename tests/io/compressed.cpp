// SPDX-License-Identifier: MIT
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/gzip.hpp>
#include <jem/io/compressed.hpp>
#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

using test::put_file;
using test::temporary_directory;
using bytes = test::byte_list;

namespace {

const bytes text{'p', 'l', 'a', 'i', 'n'};

std::string complaint(const bytes& contents, jem::io::compressions known) {
  return test::message_of<std::runtime_error>([&] { jem::io::decompress(contents, 100, "file", known); });
}

}  // namespace

TEST_CASE("plain bytes come as they are, whatever can be decompressed") {
  for (const auto known : {jem::io::compressions{}, {jem::io::gzip}, {jem::io::gzip, jem::io::xz}}) {
    CHECK(jem::io::decompress(text, 100, "file", known) == text);
    CHECK(jem::io::decompress(text, 3, "file", known) == test::cut(text, 3));
    CHECK(jem::io::decompress(text, 0, "file", known).empty());
    CHECK(jem::io::decompress({}, 100, "file", known).empty());
  }
}

TEST_CASE("a compression is known by the first bytes, not by the name") {
  const jem::io::compressions both = {jem::io::xz, jem::io::gzip};
  CHECK(jem::io::decompress(test::gzipped(text), 100, "file.xz", both) == text);
  CHECK(jem::io::decompress(test::xzed(text), 100, "file", both) == text);
}

TEST_CASE("the beginning of a compression's mark is plain bytes") {
  const bytes one{0x1f}, five{0xfd, '7', 'z', 'X', 'Z'};
  CHECK(jem::io::decompress(one, 100, "file", {}) == one);
  CHECK(jem::io::decompress(five, 100, "file", {}) == five);
}

TEST_CASE("a compression that was not asked for is named, with where to find it") {
  CHECK(complaint(test::xzed(text), {jem::io::gzip}) ==
        "file, byte 0: expected plain bytes but found xz, which jem::io::xz of jem/io/xz.hpp decompresses, where it is asked for");
  CHECK(complaint(test::gzipped(text), {}) ==
        "file, byte 0: expected plain bytes but found gzip, which jem::io::gzip of jem/io/gzip.hpp decompresses, where it is asked for");
}

TEST_CASE("a file is found by its name, then with the endings that were asked for, in their order") {
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

TEST_CASE("a file that is nowhere is named with the endings that were tried") {
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
