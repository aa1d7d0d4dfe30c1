// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/data/idx.hpp>
#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

using test::gzipped;
using test::put_file;
using test::temporary_directory;

namespace {

using tensor = jem::tensor<float, jem::reference>;
using bytes  = test::byte_list;

/// A file of the format with any extents and any values, which may contradict each other.
bytes idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& extents, const bytes& values) {
  bytes file;
  const auto put = [&](std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<std::uint8_t>(number >> shift & 255));
  };
  put(magic);
  for (const auto extent : extents) put(extent);
  file.insert(file.end(), values.begin(), values.end());
  return file;
}

const bytes pixels{0, 1, 2, 253, 254, 255, 127, 128, 10, 20, 30, 40};
const bytes image_file = idx_bytes(0x803, {2, 3, 2}, pixels);
const bytes label_file = idx_bytes(0x801, {2}, {7, 3});

std::string complaint(const std::filesystem::path& path, jem::index_t rank = 0) {
  return test::message_of<std::runtime_error>([&] { jem::data::read_idx(path, rank); });
}

/// The message of read_idx for a file with these contents.
std::string complaint(const bytes& contents, jem::index_t rank = 0) {
  const temporary_directory place;
  put_file(place / "file", contents);
  return complaint(place / "file", rank);
}

}  // namespace

TEST_CASE("an idx file is read, plain and gzip") {
  const temporary_directory place;
  put_file(place / "images", image_file);
  put_file(place / "images.gz", gzipped(image_file));
  for (const auto* const name : {"images", "images.gz"}) {
    const auto file = jem::data::read_idx(place / name);
    CHECK(file.extents == jem::shape{2, 3, 2});
    CHECK(file.values == pixels);
  }
  put_file(place / "labels", label_file);
  CHECK(jem::data::read_idx(place / "labels").values == bytes{7, 3});
  CHECK(jem::data::read_idx(place / "labels").extents == jem::shape{2});
}

TEST_CASE("an idx file that is read in several pieces is complete") {
  bytes many(3'000'001);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
  const temporary_directory place;
  put_file(place / "many.gz", gzipped(idx_bytes(0x801, {3'000'001}, many)));
  CHECK(jem::data::read_idx(place / "many.gz").values == many);
}

TEST_CASE("an idx file may have no items") {
  const temporary_directory place;
  put_file(place / "none", idx_bytes(0x803, {0, 28, 28}, {}));
  CHECK(jem::data::read_idx(place / "none").extents == jem::shape{0, 28, 28});
}

TEST_CASE("an idx file truncated at any byte is refused, naming the byte") {
  const temporary_directory place;
  for (std::size_t length = 0; length < image_file.size(); ++length) {
    put_file(place / "cut", bytes(image_file.begin(), image_file.begin() + static_cast<std::ptrdiff_t>(length)));
    const auto message = complaint(place / "cut");
    CHECK_MESSAGE(message.find((place / "cut").string() + ", byte " + std::to_string(length) + ": expected ") == 0, message);
    CHECK(message.find("but found the end of the file") != std::string::npos);
  }
}

TEST_CASE("a gzip idx file truncated at any byte is refused") {
  test::check_truncations(gzipped(image_file), [](const bytes& b) { return jem::data::decode_idx(b, "cut.gz"); });
}

TEST_CASE("a flipped bit in a gzip idx file is refused or changes nothing") {
  const auto compressed = gzipped(image_file);
  const auto refused    = test::refused_flips(
      compressed, [](const bytes& b) { return jem::data::decode_idx(b, "damaged.gz"); },
      [](const jem::data::idx_file& f) { return f.values == pixels; });
  CHECK(refused > (compressed.size() - 10) * 8);  // only flips in gzip's header may change nothing
}

TEST_CASE("a flipped bit in a plain idx header is refused") {
  for (std::size_t bit = 0; bit < 16 * 8; ++bit) {
    auto damaged = image_file;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    CHECK_MESSAGE(!complaint(damaged).empty(), bit);
  }
}

TEST_CASE("a missing idx file is named with the reason") {
  const temporary_directory place;
  CHECK(complaint(place / "nowhere") ==
        (place / "nowhere").string() + ": expected a file that can be read but received \"No such file or directory\"");
}

TEST_CASE("a directory is refused as an idx file") { CHECK(complaint(temporary_directory().path()) != ""); }

TEST_CASE("an empty idx file is refused") {
  CHECK_MESSAGE(complaint(bytes{}).ends_with(", byte 0: expected a magic number of 4 bytes but found the end of the file"),
                complaint(bytes{}));
}

TEST_CASE("a wrong magic number is shown") {
  CHECK(complaint(idx_bytes(0xdeadbeef, {2}, {1, 2}))
            .ends_with(", byte 0: expected the magic number 0x0000080r, 1 <= r <= 4 but found 0xdeadbeef"));
  CHECK(complaint(idx_bytes(0xd01, {1}, {0, 0, 0, 0})).ends_with("but found 0x00000d01"));  // a file of floats
  CHECK(complaint(idx_bytes(0x800, {}, {})).ends_with("but found 0x00000800"));
  CHECK(complaint(idx_bytes(0x805, {1, 1, 1, 1, 1}, {0})).ends_with("but found 0x00000805"));
  CHECK(complaint(label_file, 3).ends_with(", byte 0: expected the magic number 0x00000803 but found 0x00000801"));
  CHECK(complaint(image_file, 1).ends_with(", byte 0: expected the magic number 0x00000801 but found 0x00000803"));
}

TEST_CASE("bytes after the values of an idx file are refused, also in a second gzip member") {
  auto longer = image_file;
  longer.push_back(0);
  CHECK(complaint(longer).ends_with(", byte 28: expected the end of the file but found more bytes"));
  CHECK(complaint(gzipped(longer)).ends_with(", byte 28: expected the end of the file but found more bytes"));
  CHECK(
      complaint(test::joined(gzipped(image_file), gzipped({0}))).ends_with(", byte 28: expected the end of the file but found more bytes"));
}

TEST_CASE("bytes after a gzip idx file that are no gzip stream are refused") {
  const auto compressed = gzipped(image_file);
  CHECK(complaint(test::joined(compressed, {0}))
            .ends_with(", byte " + std::to_string(compressed.size()) +
                       ": expected the end of the file, or another gzip stream but found other bytes"));
}

TEST_CASE("an idx file compressed by xz is read if the caller allows xz") {
  const auto compressed = test::xzed(image_file);
  CHECK(jem::data::decode_idx(compressed, "file", 3, {jem::io::gzip, jem::io::xz}).values == pixels);
  CHECK(complaint(compressed).ends_with("but found xz, which jem::io::xz of jem/io/xz.hpp decompresses, where it is asked for"));
}

TEST_CASE("an absurd idx header makes the reader allocate no more memory than the file has") {
  CHECK(
      complaint(idx_bytes(0x803, {0xffffffff, 0xffffffff, 0xffffffff}, pixels)).find(", byte 4: expected extents of at most 2^48 values") !=
      std::string::npos);
  CHECK(complaint(idx_bytes(0x803, {0x10000, 0x8000, 0x8000}, pixels))
            .ends_with(", byte 28: expected 70368744177664 values for (65536, 32768, 32768) but found the end of the file after 12"));
  CHECK(complaint(idx_bytes(0x803, {0, 0xffffffff, 0xffffffff}, {})).ends_with("but found (0, 4294967295, 4294967295)"));
  CHECK(complaint(gzipped(idx_bytes(0x801, {0xffffffff}, pixels))).ends_with("but found the end of the file after 12"));
}

TEST_CASE("an idx data set has images in [-1, 1] and labels; a plain file is preferred to a gzip one") {
  const temporary_directory place;
  put_file(place / "train-images-idx3-ubyte", image_file);
  put_file(place / "train-images-idx3-ubyte.gz", {1, 2, 3});
  put_file(place / "train-labels-idx1-ubyte.gz", gzipped(label_file));
  test::on_every_tensor([&]<class T>() {
    const auto set = jem::data::read_idx_dataset<T>(place.path(), "train");
    CHECK(set.x.extents() == jem::shape{2, 3, 2, 1});
    CHECK(set.y.to_vector() == std::vector<std::int32_t>{7, 3});
    CHECK(set.classes == 10);
    const auto x = set.x.to_vector();
    CHECK(x[0] == -1.0f);
    CHECK(x[5] == 1.0f);
    CHECK(x[6] == doctest::Approx(127 / 127.5 - 1).epsilon(1e-6));
  });
}

TEST_CASE("idx data sets that do not fit together are refused") {
  const temporary_directory place;
  const auto read      = [&](jem::index_t classes = 10) { jem::data::read_idx_dataset<tensor>(place.path(), "t10k", classes); };
  const auto complains = [&](jem::index_t classes = 10) { return test::message_of<std::runtime_error>([&] { read(classes); }); };
  CHECK(complains() == (place / "t10k-images-idx3-ubyte").string() + ", byte 0: expected this file, or the same with .gz, but found none");
  put_file(place / "t10k-images-idx3-ubyte", image_file);
  CHECK(complains().find("t10k-labels-idx1-ubyte, byte 0: expected this file") != std::string::npos);
  put_file(place / "t10k-labels-idx1-ubyte", idx_bytes(0x801, {3}, {7, 3, 1}));
  CHECK(complains().ends_with("t10k-labels-idx1-ubyte, byte 4: expected 2 labels, one for each image, but found 3"));
  put_file(place / "t10k-labels-idx1-ubyte", idx_bytes(0x801, {2}, {9, 10}));
  CHECK(complains().ends_with("t10k-labels-idx1-ubyte, byte 9: expected a label in [0, 10) but found 10"));
  CHECK_NOTHROW(read(11));
  CHECK(complains(9).ends_with("byte 8: expected a label in [0, 9) but found 9"));
  CHECK_THROWS_WITH_AS(read(0), "[read_idx_dataset] expected classes >= 1 but received 0", std::invalid_argument);
  put_file(place / "t10k-labels-idx1-ubyte", image_file);
  CHECK(complains().ends_with("expected the magic number 0x00000801 but found 0x00000803"));
}
