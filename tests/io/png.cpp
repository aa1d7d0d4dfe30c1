// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/png_bytes.hpp"
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

bool same(const image& a, const image& b) {
  return a.height == b.height && a.width == b.width && a.channels == b.channels && a.pixels == b.pixels;
}

/// The image as libpng reads it, without the library's reader.
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
  const auto file = jem::io::encode_png(picture);
  CHECK(same(decoded(file), picture));
  CHECK(same(jem::io::decode_png(file, "file"), picture));
}

image decode(const bytes& file) { return jem::io::decode_png(file, "file"); }

std::string complaint(const bytes& file) {
  return test::message_of<std::runtime_error>([&] { decode(file); });
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

TEST_CASE("a png is read from a file, and one that is missing is named") {
  const test::temporary_directory place;
  jem::io::write_png(place / "picture.png", gradient(4, 5, 3));
  CHECK(same(jem::io::read_png(place / "picture.png"), gradient(4, 5, 3)));
  CHECK_THROWS_WITH_AS(
      jem::io::read_png(place / "none.png"),
      ((place / "none.png").string() + ": expected a file that can be read but received \"No such file or directory\"").c_str(),
      std::runtime_error);
  test::put_file(place / "empty.png", {});
  CHECK_THROWS_WITH_AS(
      jem::io::read_png(place / "empty.png"),
      ((place / "empty.png").string() + ", byte 0: expected the signature of a PNG file but found the end of the file").c_str(),
      std::runtime_error);
}

TEST_CASE("grey levels of fewer bits are scaled to 0 to 255, and colours of a palette are looked up") {
  using test::png_idat;
  using test::png_ihdr;
  using test::png_of;
  const image one = decode(png_of({png_ihdr(3, 1, 1, 0), png_idat({0, 0b10100000})}));
  CHECK(same(one, {1, 3, 1, {255, 0, 255}}));
  CHECK(decode(png_of({png_ihdr(4, 1, 2, 0), png_idat({0, 0b00011011})})).pixels == bytes{0, 85, 170, 255});
  CHECK(decode(png_of({png_ihdr(2, 1, 4, 0), png_idat({0, 0x1e})})).pixels == bytes{17, 238});
  const auto palette = test::png_chunk("PLTE", {10, 20, 30, 40, 50, 60, 70, 80, 90});
  const image looked = decode(png_of({png_ihdr(2, 2, 8, 3), palette, png_idat({0, 2, 0, 0, 1, 1})}));
  CHECK(same(looked, {2, 2, 3, {70, 80, 90, 10, 20, 30, 40, 50, 60, 40, 50, 60}}));
}

TEST_CASE("the values of a png are read as they are stored, whatever its chunks say about gamma and colours") {
  using test::png_chunk;
  const bytes linear = png_chunk("gAMA", {0, 1, 0x86, 0xa0}), bright = png_chunk("gAMA", {0, 0, 0x27, 0x10});  // gamma 1, and 0.1
  const bytes white = png_chunk("cHRM", bytes(32, 1));
  for (const auto& chunk : {linear, bright, png_chunk("sRGB", {0}), white, png_chunk("sBIT", {3}), png_chunk("iCCP", {'a', 0, 0, 1, 2})}) {
    const image grey = decode(test::png_of({test::png_ihdr(3, 1, 8, 0), chunk, test::png_idat({0, 17, 128, 250})}));
    CHECK(same(grey, {1, 3, 1, {17, 128, 250}}));
  }
  for (const auto& chunk : {linear, bright, white}) {
    const image colour = decode(test::png_of({test::png_ihdr(1, 1, 8, 2), chunk, test::png_idat({0, 17, 128, 250})}));
    CHECK(same(colour, {1, 1, 3, {17, 128, 250}}));
    const auto palette = png_chunk("PLTE", {17, 128, 250});
    const image looked = decode(test::png_of({test::png_ihdr(1, 1, 8, 3), chunk, palette, test::png_idat({0, 0})}));
    CHECK(same(looked, {1, 1, 3, {17, 128, 250}}));
    CHECK(decode(test::png_of({test::png_ihdr(2, 1, 4, 0), chunk, test::png_idat({0, 0x1e})})).pixels == bytes{17, 238});
  }
}

// The curve of sRGB maps the linear value 17/255 = 0.0667 to 1.055·0.0667^(1/2.4) − 0.055 = 0.2864, or 73.0 of 255. libpng uses the power
// 1/2.2 instead, which gives 74.4.
TEST_CASE("the values of a png are converted to srgb if to_srgb is given") {
  const test::temporary_directory place;
  const auto file =
      test::png_of({test::png_ihdr(3, 1, 8, 0), test::png_chunk("gAMA", {0, 1, 0x86, 0xa0}), test::png_idat({0, 0, 17, 255})});
  const auto converted = jem::io::decode_png(file, "file", jem::io::png_values::to_srgb).pixels;
  CHECK(converted == bytes{0, 74, 255});
  test::put_file(place / "linear.png", file);
  CHECK(jem::io::read_png(place / "linear.png", jem::io::png_values::to_srgb).pixels == converted);
  CHECK(jem::io::read_png(place / "linear.png").pixels == bytes{0, 17, 255});
}

TEST_CASE("a png with an unknown critical chunk is refused") {
  const auto with = [](const char* type) {
    return test::png_of({test::png_ihdr(1, 1, 8, 0), test::png_chunk(type, {1}), test::png_idat({0, 5})});
  };
  CHECK(complaint(with("ABCD")).starts_with("file, byte 0: expected an image that libpng reads but found \""));
  CHECK(decode(with("aBCD")).pixels == bytes{5});
}

TEST_CASE("an interlaced png is read") {
  // Adam7 of 2×2 pixels: pass 1 has the first, pass 6 the second, pass 7 the row below.
  CHECK(decode(test::png_of({test::png_ihdr(2, 2, 8, 0, 1), test::png_idat({0, 1, 0, 2, 0, 3, 4})})).pixels == bytes{1, 2, 3, 4});
}

TEST_CASE("16 bits and transparency are refused, not converted") {
  CHECK(complaint(test::png_of({test::png_ihdr(1, 1, 16, 0), test::png_idat({0, 1, 2})})).find("expected 1, 2, 4 or 8 bits a sample") !=
        std::string::npos);
  CHECK(complaint(test::png_of({test::png_ihdr(1, 1, 8, 6), test::png_idat({0, 1, 2, 3, 4})})).find("without transparency") !=
        std::string::npos);
}

TEST_CASE("a png cut off at any byte, or with any flipped bit, is refused") {
  const auto file = jem::io::encode_png(gradient(5, 4, 3));
  test::check_truncations(file, decode);
  CHECK(test::refused_flips(file, decode, [](const image&) { return false; }) == file.size() * 8);
}

TEST_CASE("a png whose chunks are right is refused if pixels are missing or damaged, or the palette is missing") {
  using test::png_ihdr;
  using test::png_of;
  const auto refused = [](const bytes& file) {
    return complaint(file).starts_with("file, byte 0: expected an image that libpng reads but found \"");
  };
  CHECK(refused(png_of({png_ihdr(3, 2, 8, 0), test::png_idat({0, 1, 2, 3})})));
  CHECK(refused(png_of({png_ihdr(3, 1, 8, 0), test::png_idat({9, 1, 2, 3})})));  // there is no filter 9
  CHECK(refused(png_of({png_ihdr(3, 1, 8, 0), test::png_chunk("IDAT", bytes(30, 'x'))})));
  CHECK(refused(png_of({png_ihdr(1, 1, 8, 3), test::png_idat({0, 0})})));
  CHECK(refused(png_of({png_ihdr(1, 1, 1, 0)})));
}

TEST_CASE("an image whose extents do not fit its pixels is refused") {
  CHECK_THROWS_WITH_AS(jem::io::encode_png({2, 2, 1, bytes(5)}),
                       "[encode_png] expected an image (h, w, 1) or (h, w, 3) and as many pixels but received (2, 2, 1) and 5",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({2, 2, 2, bytes(8)}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({0, 2, 1, {}}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({-2, -2, 1, bytes(4)}), std::invalid_argument);
  CHECK_THROWS_AS(jem::io::encode_png({jem::index_t{1} << 33, 1, 1, {}}), std::invalid_argument);
}

TEST_CASE("an error of libpng becomes an exception") {
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

TEST_CASE("a sheet of colour images has the channels of a pixel together") {
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

TEST_CASE("grey levels are unchanged by conversion to [-1, 1] and back") {
  std::vector<float> x(256);
  for (std::size_t v = 0; v < 256; ++v) x[v] = static_cast<float>(v) / 127.5f - 1;
  const auto sheet = jem::io::sheet(tensor(shape{1, 16, 16, 1}, x));
  for (std::size_t v = 0; v < 256; ++v) CHECK(sheet.pixels[v] == v);
}

TEST_CASE("a sheet can be made of some rows of a tensor, and of a single image") {
  const tensor x(shape{2, 1, 1, 1}, {-1, 1});
  CHECK(jem::io::sheet(x.rows(1, 1)).pixels == bytes{255});
}

TEST_CASE("a sheet of tensors that are no images, or with no columns or scale, is refused") {
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{2, 3})), "[sheet] expected 4 axes but received (2, 3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{0, 3, 3, 1})),
                       "[sheet] expected images (n, h, w, 1) or (n, h, w, 3) but received (0, 3, 3, 1)", std::invalid_argument);
  CHECK_THROWS_AS(jem::io::sheet(tensor(shape{1, 3, 3, 2})), std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{1, 1, 1, 1}, {0}), 0), "[sheet] expected columns >= 1 but received 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::io::sheet(tensor(shape{1, 1, 1, 1}, {0}), 1, 0), "[sheet] expected a scale >= 1 but received 0",
                       std::invalid_argument);
}
