// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/data/cifar.hpp>
#include <jem/io/gzip.hpp>
#include <jem/io/xz.hpp>

#include <doctest/doctest.h>

using jem::shape;
using jem::data::cifar10;
using jem::data::cifar100;
using jem::data::cifar100_coarse;
using test::put_file;
using test::temporary_directory;

namespace {

using tensor = jem::tensor<float, jem::reference>;
using bytes  = test::byte_list;

/// A value that differs between pixels, channels and images.
std::uint8_t level(std::size_t image, std::size_t pixel, std::size_t channel) {
  return static_cast<std::uint8_t>(pixel * 7 + pixel / 32 * 3 + channel * 85 + image * 11);
}

/// A record of the format: labels, then one colour plane after the other.
bytes record(const bytes& labels, std::size_t image) {
  bytes all = labels;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t pixel = 0; pixel < 1024; ++pixel) all.push_back(level(image, pixel, channel));
  }
  return all;
}

bytes records(const std::vector<bytes>& labels, std::size_t first = 0) {
  bytes all;
  for (std::size_t i = 0; i < labels.size(); ++i) all = test::joined(std::move(all), record(labels[i], first + i));
  return all;
}

const bytes two = records({{3}, {9}});

std::string complaint(const bytes& file, const jem::data::cifar_format& format = cifar10, jem::io::compressions known = {jem::io::gzip}) {
  return test::message_of<std::runtime_error>([&] { jem::data::decode_cifar<tensor>(file, "file", format, known); });
}

/// Whether image i of a batch is the one that `level` makes.
template <class T>
bool is_image(const T& x, jem::index_t i, std::size_t image) {
  const auto values = T(x.rows(i, 1)).to_vector();
  bool right        = true;
  for (std::size_t pixel = 0; pixel < 1024; ++pixel) {
    for (std::size_t c = 0; c < 3; ++c) right &= values[3 * pixel + c] == static_cast<float>(level(image, pixel, c)) / 127.5f - 1;
  }
  return right;
}

}  // namespace

TEST_CASE("cifar records become images with channels last in [-1, 1], on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto set = jem::data::decode_cifar<T>(two, "file");
    CHECK(set.x.extents() == shape{2, 32, 32, 3});
    CHECK(set.y.to_vector() == std::vector<std::int32_t>{3, 9});
    CHECK(set.classes == 10);
    CHECK(is_image(set.x, 0, 0));
    CHECK(is_image(set.x, 1, 1));
  });
}

TEST_CASE("the red value of row 1, column 2 of a cifar image is byte 34 after the label") {
  bytes one(3073);
  one[1 + 34]  = 255;
  const auto x = jem::data::decode_cifar<tensor>(one, "file").x.to_vector();
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == (i == (1 * 32 + 2) * 3 ? 1.0f : -1.0f));
}

TEST_CASE("cifar-100 has coarse and fine labels, the coarse one first") {
  const auto file   = records({{19, 99}, {0, 7}, {4, 20}});
  const auto fine   = jem::data::decode_cifar<tensor>(file, "file", cifar100),
             coarse = jem::data::decode_cifar<tensor>(file, "file", cifar100_coarse);
  CHECK(fine.y.to_vector() == std::vector<std::int32_t>{99, 7, 20});
  CHECK(fine.classes == 100);
  CHECK(coarse.y.to_vector() == std::vector<std::int32_t>{19, 0, 4});
  CHECK(coarse.classes == 20);
  CHECK(is_image(fine.x, 2, 2));
}

TEST_CASE("a folder's five batches become one set in their order; plain, gzip and xz may be mixed") {
  const temporary_directory place;
  put_file(place / "data_batch_1.bin", records({{0}, {1}}, 0));
  put_file(place / "data_batch_2.bin.gz", test::gzipped(records({{2}}, 2)));
  put_file(place / "data_batch_3.bin.xz", test::xzed(records({{3}}, 3), true));
  put_file(place / "data_batch_4.bin", records({{4}}, 4));
  put_file(place / "data_batch_5.bin", records({{5}, {6}}, 5));
  put_file(place / "test_batch.bin", records({{7}}, 7));
  const auto train = jem::data::read_cifar<tensor>(place.path(), "train", cifar10, {jem::io::gzip, jem::io::xz});
  CHECK(train.y.to_vector() == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6});
  for (int i = 0; i < 7; ++i) CHECK(is_image(train.x, i, static_cast<std::size_t>(i)));
  CHECK(jem::data::read_cifar<tensor>(place.path(), "test").y.to_vector() == std::vector<std::int32_t>{7});
}

TEST_CASE("cifar-100 is read from train.bin and test.bin, and a single file by its name") {
  const temporary_directory place;
  put_file(place / "train.bin", records({{1, 2}, {3, 4}}));
  put_file(place / "test.bin.xz", test::xzed(records({{5, 6}})));
  put_file(place / "digits", two);
  CHECK(jem::data::read_cifar<tensor>(place.path(), "train", cifar100).y.to_vector() == std::vector<std::int32_t>{2, 4});
  CHECK(jem::data::read_cifar<tensor>(place.path(), "test", cifar100_coarse, {jem::io::xz}).y.to_vector() == std::vector<std::int32_t>{5});
  CHECK(jem::data::read_cifar_file<tensor>(place / "digits").size() == 2);
}

TEST_CASE("a folder without one of its batches is refused by the missing name, before the others are read") {
  const temporary_directory place;
  const auto complains = [&](std::string_view split, const jem::data::cifar_format& format, jem::io::compressions known) {
    return test::message_of<std::runtime_error>([&] { jem::data::read_cifar<tensor>(place.path(), split, format, known); });
  };
  CHECK(complains("test", cifar10, {}) == (place / "test_batch.bin").string() + ", byte 0: expected this file but found none");
  CHECK(complains("train", cifar100, {jem::io::gzip}) ==
        (place / "train.bin").string() + ", byte 0: expected this file, or the same with .gz, but found none");
  for (const auto* const name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_4.bin", "data_batch_5.bin"})
    put_file(place / name, {});
  CHECK(complains("train", cifar10, {}) == (place / "data_batch_3.bin").string() + ", byte 0: expected this file but found none");
  CHECK_THROWS_WITH_AS(jem::data::read_cifar<tensor>(place.path(), "t10k"),
                       "[read_cifar] expected the split train or test but received t10k", std::invalid_argument);
}

TEST_CASE("a cifar file cut off within a record is refused, naming the byte") {
  for (std::size_t length = 1; length < two.size(); length += length == 3072 ? 2 : 1) {
    const auto rest    = std::to_string(length % 3073);
    const auto message = complaint(test::cut(two, length));
    CHECK_MESSAGE(message == "file, byte " + std::to_string(length) +
                                 ": expected whole records of 3073 bytes but found the end of the file after " + rest + " bytes of one",
                  message);
  }
}

TEST_CASE("a compressed cifar file cut off at any byte, or with a flipped bit, is refused") {
  const auto compressed = test::gzipped(two);
  const auto read       = [](const bytes& b) { return jem::data::decode_cifar<tensor>(b, "file", cifar10, {jem::io::gzip}); };
  test::check_truncations(compressed, read);
  const auto refused = test::refused_flips(compressed, read, [](const auto& set) { return is_image(set.x, 1, 1); });
  CHECK(refused > (compressed.size() - 10) * 8);
}

TEST_CASE("a flipped bit in a label of a plain cifar file is refused or gives another class") {
  for (int bit = 0; bit < 8; ++bit) {
    auto damaged      = two;
    const int flipped = 9 ^ (1 << bit);
    damaged[3073]     = static_cast<std::uint8_t>(flipped);
    if (flipped < 10) {
      CHECK(jem::data::decode_cifar<tensor>(damaged, "file").y.to_vector()[1] == flipped);
    } else {
      CHECK(complaint(damaged) == "file, byte 3073: expected a label in [0, 10) but found " + std::to_string(flipped));
    }
  }
}

TEST_CASE("both labels of cifar-100 have to be classes, whichever of them is used") {
  const std::string coarse = "file, byte 3074: expected a label in [0, 20) but found 20";
  const std::string fine   = "file, byte 3075: expected a label in [0, 100) but found 100";
  for (const auto& format : {cifar100, cifar100_coarse}) {
    CHECK(complaint(records({{1, 2}, {20, 3}}), format) == coarse);
    CHECK(complaint(records({{1, 2}, {3, 100}}), format) == fine);
  }
}

TEST_CASE("an empty cifar file is refused, compressed or not") {
  CHECK(complaint({}) == "file, byte 0: expected whole records of 3073 bytes but found the end of the file");
  CHECK(complaint(test::gzipped({})) == "file, byte 0: expected whole records of 3073 bytes but found the end of the file");
}

TEST_CASE("cifar-10 read as cifar-100 is refused") {
  CHECK(complaint(two, cifar100) ==
        "file, byte 6146: expected whole records of 3074 bytes but found the end of the file after 3072 bytes of one");
}

TEST_CASE("decompression of a cifar file stops if it gives far more bytes than images would") {
  const auto compressed = test::gzipped(bytes(10'001 * 3073));
  CHECK(complaint(compressed) == "file, byte 30730000: expected at most that many bytes of images in a file of " +
                                     std::to_string(compressed.size()) + " but found more");
  CHECK(complaint(bytes(10'001 * 3073)) == "");
}

TEST_CASE("a cifar file in a compression that the caller does not allow is refused by name") {
  CHECK(complaint(test::xzed(two)) ==
        "file, byte 0: expected plain bytes but found xz, which jem::io::xz of jem/io/xz.hpp decompresses, where it is asked for");
}
