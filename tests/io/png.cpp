// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/png.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using jem::shape;
using jem::io::image;
using tensor = jem::tensor<float, jem::reference>;
using bytes  = std::vector<std::uint8_t>;

namespace {

image decoded(const bytes& file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&header, file.data(), file.size()) != 0);
  const jem::index_t channels = (header.format & PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1;
  image result{static_cast<jem::index_t>(header.height), static_cast<jem::index_t>(header.width), channels, {}};
  result.pixels.resize(static_cast<std::size_t>(result.height * result.width * channels));
  REQUIRE(png_image_finish_read(&header, nullptr, result.pixels.data(), 0, nullptr) != 0);
  return result;
}

void check_round_trip(const image& picture) {
  const image back = decoded(jem::io::encode_png(picture));
  CHECK(back.height == picture.height);
  CHECK(back.width == picture.width);
  CHECK(back.channels == picture.channels);
  CHECK(back.pixels == picture.pixels);
}

image gradient(jem::index_t height, jem::index_t width, jem::index_t channels) {
  image result{height, width, channels, bytes(static_cast<std::size_t>(height * width * channels))};
  for (std::size_t i = 0; i < result.pixels.size(); ++i) result.pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
  return result;
}

}  // namespace

TEST_CASE("png keeps every grey level and every colour") {
  check_round_trip(gradient(16, 16, 1));
  check_round_trip(gradient(31, 17, 3));
  check_round_trip(gradient(1, 1, 1));
  check_round_trip(gradient(1, 1, 3));
  check_round_trip(gradient(500, 3, 3));
}

TEST_CASE("a png is written to a file") {
  const test::temporary_directory place;
  jem::io::write_png(place / "picture.png", gradient(4, 5, 3));
  CHECK(test::get_file(place / "picture.png") == jem::io::encode_png(gradient(4, 5, 3)));
  CHECK(place.size() == 1);
}

TEST_CASE("an image that does not have the pixels it says is refused") {
  CHECK_THROWS_WITH_AS(jem::io::encode_png({2, 2, 1, bytes(5)}),
                       "[encode_png] expected an image (h, w, 1) or (h, w, 3) and as many pixels but received (2, 2, 1) and 5",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({2, 2, 2, bytes(8)}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({0, 2, 1, {}}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({-2, -2, 1, bytes(4)}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({jem::index_t{1} << 33, 1, 1, {}}), std::invalid_argument);
}

TEST_CASE("libpng's own refusal becomes an exception") {
  const std::string message = test::message_of<std::runtime_error>([] { jem::io::encode_png({1, 2'000'000, 1, bytes(2'000'000)}); });
  CHECK_MESSAGE(message.find("[encode_png] expected an image that libpng takes but received \"") == 0, message);
}

TEST_CASE("a sheet has images row by row with one white pixel between them") {
  test::on_every_tensor([]<class T>() {
    const T x(shape{3, 1, 2, 1}, {-1, 1, 0, -0.5f, 0.5f, -1});
    const auto sheet = jem::io::sheet(x, 2);
    CHECK(sheet.height == 3);
    CHECK(sheet.width == 5);
    CHECK(sheet.channels == 1);
    CHECK(sheet.pixels == bytes{0, 255, 255, 128, 64, 255, 255, 255, 255, 255, 191, 0, 255, 255, 255});
  });
}

TEST_CASE("a sheet enlarges each pixel to a square") {
  const auto sheet = jem::io::sheet(tensor(shape{2, 1, 2, 1}, {-1, 1, 0, -1}), 2, 2);
  CHECK(sheet.height == 2);
  CHECK(sheet.width == 9);
  const bytes row{0, 0, 255, 255, 255, 128, 128, 0, 0};
  CHECK(bytes(sheet.pixels.begin(), sheet.pixels.begin() + 9) == row);
  CHECK(bytes(sheet.pixels.begin() + 9, sheet.pixels.end()) == row);
}

TEST_CASE("a sheet keeps the channels of a pixel together") {
  const auto sheet = jem::io::sheet(tensor(shape{1, 2, 1, 3}, {-1, 0, 1, 1, -1, 0}), 10);
  CHECK(sheet.channels == 3);
  CHECK(sheet.height == 2);
  CHECK(sheet.width == 1);
  CHECK(sheet.pixels == bytes{0, 128, 255, 255, 0, 128});
}

TEST_CASE("a sheet clamps values and shows nan as black") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto sheet         = jem::io::sheet(tensor(shape{1, 1, 7, 1}, {-3, 3, -infinity, infinity, std::nanf(""), -1.0001f, 0.9999f}));
  CHECK(sheet.pixels == bytes{0, 255, 0, 255, 0, 0, 255});
}

TEST_CASE("grey levels survive the way to [-1, 1] and back") {
  std::vector<float> x(256);
  for (std::size_t v = 0; v < 256; ++v) x[v] = static_cast<float>(v) / 127.5f - 1;
  const auto sheet = jem::io::sheet(tensor(shape{1, 16, 16, 1}, x));
  for (std::size_t v = 0; v < 256; ++v) CHECK(sheet.pixels[v] == v);
}

TEST_CASE("a sheet takes rows of a tensor, and a single image") {
  const tensor x(shape{2, 1, 1, 1}, {-1, 1});
  CHECK(jem::io::sheet(x.rows(1, 1)).pixels == bytes{255});
}

TEST_CASE("a sheet of something else is refused") {
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{2, 3})), "[sheet] expected 4 axes but received (2, 3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{0, 3, 3, 1})),
                       "[sheet] expected images (n, h, w, 1) or (n, h, w, 3) but received (0, 3, 3, 1)", std::invalid_argument);
  CHECK_THROWS_AS(jem::io::sheet(tensor(shape{1, 3, 3, 2})), std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{1, 1, 1, 1}, {0}), 0), "[sheet] expected columns >= 1 but received 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{1, 1, 1, 1}, {0}), 1, 0), "[sheet] expected a scale >= 1 but received 0",
                       std::invalid_argument);
}
