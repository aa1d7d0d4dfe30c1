// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/compressors.hpp"
#include "support/temporary_directory.hpp"

#include <jem/data/png_folder.hpp>

#include <doctest/doctest.h>

using jem::shape;
using jem::io::image;
using test::temporary_directory;

namespace {

using tensor = jem::tensor<float, jem::reference>;
using bytes  = test::byte_list;

/// One row of two grey pixels: this level, then white.
image grey(std::uint8_t level) { return {1, 2, 1, {level, 255}}; }

void put(const temporary_directory& place, const std::string& name, const std::string& file, const image& picture) {
  std::filesystem::create_directories(place / name);
  jem::io::write_png(place / name / file, picture);
}

std::string complaint(const std::filesystem::path& folder, const std::vector<std::string>& classes = {}) {
  return test::message_of<std::runtime_error>([&] { jem::data::read_png_folder<tensor>(folder, classes); });
}

}  // namespace

TEST_CASE("a folder of png files becomes a set with classes and files in the order of their names, on every backend") {
  const temporary_directory place;
  put(place, "zebra", "1.png", grey(30));
  put(place, "ant", "b.png", grey(20));
  put(place, "ant", "a.png", grey(0));
  put(place, "Bee", "x.png", grey(51));
  test::on_every_tensor([&]<class T>() {
    const auto [set, names] = jem::data::read_png_folder<T>(place.path());
    CHECK(names == std::vector<std::string>{"Bee", "ant", "zebra"});  // compared byte by byte, so capitals come first
    CHECK(set.classes == 3);
    CHECK(set.x.extents() == shape{4, 1, 2, 1});
    CHECK(set.y.to_vector() == std::vector<std::int32_t>{0, 1, 1, 2});
    const auto x = set.x.to_vector();
    CHECK(x == std::vector<float>{51 / 127.5f - 1, 1, -1, 1, 20 / 127.5f - 1, 1, 30 / 127.5f - 1, 1});
  });
}

TEST_CASE("given class names number the classes of a folder, in the order in which they are given") {
  const temporary_directory place;
  put(place, "ant", "1.png", grey(20));
  put(place, "bee", "1.png", grey(0));
  CHECK(jem::data::png_folder_classes(place.path()) == std::vector<std::string>{"ant", "bee"});
  const auto [set, names] = jem::data::read_png_folder<tensor>(place.path(), {"bee", "ant"});
  CHECK(names == std::vector<std::string>{"bee", "ant"});
  CHECK(set.classes == 2);
  CHECK(set.y.to_vector() == std::vector<std::int32_t>{0, 1});
  CHECK(set.x.to_vector() == std::vector<float>{-1, 1, 20 / 127.5f - 1, 1});
}

TEST_CASE("a folder that lacks a class, or has another one, is refused with the names") {
  const temporary_directory place;
  for (const char* const name : {"ant", "bee", "cat"}) put(place, name, "1.png", grey(20));
  const auto expected = [&](const std::string& count) {
    return place.path().string() + ": expected a sub-folder for each of the " + count + " classes and no other but found ";
  };
  CHECK(complaint(place.path(), {"ant", "bee", "cat"}) == "");
  CHECK(complaint(place.path(), {"ant", "bee", "cat", "dog"}) == expected("4") + "none for \"dog\"");
  CHECK(complaint(place.path(), {"ant", "cat"}) == expected("2") + "\"bee\", which the classes lack");
  CHECK(complaint(place.path(), {"ant", "Bee", "dog"}) ==
        expected("3") + "none for \"Bee\", \"dog\", and \"bee\", \"cat\", which the classes lack");
  CHECK(complaint(place.path(), {"ant", "ant", "bee", "cat"}) == expected("4") + "none for \"ant\"");  // a class given twice
}

TEST_CASE("a colour image has its channels last") {
  const temporary_directory place;
  put(place, "only", "1.png", {2, 1, 3, {0, 255, 51, 102, 153, 204}});
  const auto set = jem::data::read_png_folder<tensor>(place.path()).set;
  CHECK(set.x.extents() == shape{1, 2, 1, 3});
  CHECK(set.x.to_vector() == std::vector<float>{-1, 1, 51 / 127.5f - 1, 102 / 127.5f - 1, 153 / 127.5f - 1, 204 / 127.5f - 1});
}

TEST_CASE("files beside the class folders and hidden files are ignored") {
  const temporary_directory place;
  put(place, "only", "1.png", grey(1));
  test::put_file(place / "README.txt", {'x'});
  test::put_file(place / "only" / ".DS_Store", {'x'});
  put(place, ".hidden", "1.png", {5, 5, 1, bytes(25)});
  CHECK(jem::data::read_png_folder<tensor>(place.path()).set.size() == 1);
}

TEST_CASE("an empty folder, or one without sub-folders, is refused") {
  const temporary_directory place;
  CHECK(complaint(place.path()) == place.path().string() + ": expected a sub-folder for each class but found none");
  CHECK(complaint(place.path(), {"a"}) == place.path().string() + ": expected a sub-folder for each class but found none");
  jem::io::write_png(place / "1.png", grey(1));
  CHECK(complaint(place.path()) == place.path().string() + ": expected a sub-folder for each class but found none");
}

TEST_CASE("a folder that does not exist is named with the reason") {
  const temporary_directory place;
  CHECK(complaint(place / "none") ==
        (place / "none").string() + ": expected a folder that can be read but received \"No such file or directory\"");
  test::put_file(place / "file", {});
  CHECK(complaint(place / "file") == (place / "file").string() + ": expected a folder that can be read but received \"Not a directory\"");
}

TEST_CASE("a class without images is named") {
  const temporary_directory place;
  put(place, "full", "1.png", grey(1));
  std::filesystem::create_directory(place / "empty");
  CHECK(complaint(place.path()) == (place / "empty").string() + ": expected PNG files, the images of a class, but found none");
}

TEST_CASE("files other than png among the images of a class are refused") {
  const temporary_directory place;
  put(place, "cats", "1.png", grey(1));
  test::put_file(place / "cats" / "2.jpg", {'x'});
  CHECK(complaint(place.path()) == (place / "cats").string() + ": expected nothing but files NAME.png but found 2.jpg");
  std::filesystem::remove(place / "cats" / "2.jpg");
  std::filesystem::create_directory(place / "cats" / "more.png");
  CHECK(complaint(place.path()) == (place / "cats").string() + ": expected nothing but files NAME.png but found more.png");
}

TEST_CASE("the first image of another size is named, together with the image whose size it should have") {
  const temporary_directory place;
  put(place, "a", "1.png", grey(1));
  put(place, "b", "1.png", grey(2));
  put(place, "b", "2.png", {2, 1, 1, {1, 2}});
  put(place, "c", "1.png", {3, 3, 1, bytes(9)});
  CHECK(complaint(place.path()) == (place / "b" / "2.png").string() + ", byte 16: expected an image (1, 2, 1) like " +
                                       (place / "a" / "1.png").string() + " but found (2, 1, 1)");
  std::filesystem::remove(place / "b" / "2.png");
  put(place, "b", "3.png", {1, 2, 3, bytes(6)});  // the same extents, in colour
  CHECK(complaint(place.path()).ends_with(" but found (1, 2, 3)"));
}

TEST_CASE("a damaged image is named, with the byte") {
  const temporary_directory place;
  put(place, "a", "1.png", grey(1));
  auto file = test::get_file(place / "a" / "1.png");
  file.pop_back();
  test::put_file(place / "a" / "2.png", file);
  CHECK(complaint(place.path()) == (place / "a" / "2.png").string() + ", byte " + std::to_string(file.size()) +
                                       ": expected a chunk up to IEND but found the end of the file");
}
