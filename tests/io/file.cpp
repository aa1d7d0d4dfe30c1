// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/file.hpp>

#include <doctest/doctest.h>

using test::temporary_directory;
using bytes = std::vector<std::uint8_t>;

namespace {

std::string refusal(const std::filesystem::path& path, const bytes& contents) {
  return test::message_of<std::runtime_error>([&] { jem::io::write_file(path, contents); });
}

}  // namespace

TEST_CASE("a file of any size is read as it was written") {
  const temporary_directory place;
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
    bytes contents(size);
    for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    jem::io::write_file(place / "file", contents);
    CHECK(test::get_file(place / "file") == contents);
    CHECK(jem::io::read_file(place / "file") == contents);
  }
}

TEST_CASE("writing replaces an old file and leaves no other file") {
  const temporary_directory place;
  jem::io::write_file(place / "file", bytes(1000));
  jem::io::write_file(place / "file", "a\nb\r\n");
  CHECK(test::get_file(place / "file") == bytes{'a', '\n', 'b', '\r', '\n'});
  CHECK(place.size() == 1);
}

TEST_CASE("a program that has opened a file still reads the old contents after the file is replaced") {
  const temporary_directory place;
  jem::io::write_file(place / "file", "old");
  std::ifstream reader(place / "file");
  jem::io::write_file(place / "file", "newer");
  std::string seen;
  reader >> seen;
  CHECK(seen == "old");
}

TEST_CASE("writing into a missing directory throws and creates nothing") {
  const temporary_directory place;
  const auto path = place / "no" / "file";
  CHECK(refusal(path, {1, 2}) == path.string() + ": expected to write 2 bytes but received \"No such file or directory\"");
  CHECK(place.size() == 0);
}

TEST_CASE("writing over a directory throws and leaves no other file") {
  const temporary_directory place;
  std::filesystem::create_directory(place / "taken");
  CHECK(refusal(place / "taken", {1}).find((place / "taken").string() + ": expected to write 1 bytes but received") == 0);
  CHECK(place.size() == 1);
  CHECK(std::filesystem::is_directory(place / "taken"));
}

TEST_CASE("a full disk is noticed, for small files and large ones, and the old file stays") {
  if (!std::filesystem::exists("/dev/full")) return;
  const temporary_directory place;
  for (const std::size_t size : {1u, 1'000'000u}) {
    jem::io::write_file(place / "file", "old");
    std::filesystem::create_symlink("/dev/full", place / "file.part");
    CHECK(refusal(place / "file", bytes(size)).ends_with("but received \"No space left on device\""));
    CHECK(test::get_file(place / "file") == bytes{'o', 'l', 'd'});
    CHECK(place.size() == 1);
  }
}

TEST_CASE("reading a missing file or a directory throws") {
  const temporary_directory place;
  CHECK_THROWS_WITH_AS(
      jem::io::read_file(place / "none"),
      ((place / "none").string() + ": expected a file that can be read but received \"No such file or directory\"").c_str(),
      std::runtime_error);
  CHECK_THROWS_WITH_AS(jem::io::read_file(place.path()),
                       (place.path().string() + ": expected a file that can be read but received \"Is a directory\"").c_str(),
                       std::runtime_error);
}
