// SPDX-License-Identifier: MIT
// Reads and writes PNG files by libpng's simplified interface, which returns errors and does not call longjmp, and makes contact sheets.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>
#include <jem/io/png_format.hpp>
#include <jem/tensor/tensor.hpp>

#include <png.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

namespace jem::inline v0::io {

/// An image with eight bits per channel, row by row from the top: height·width·channels values; 1 channel is grey, 3 are red, green, blue.
struct image {
  index_t height = 0, width = 0, channels = 1;  ///< (h, w, c)
  std::vector<std::uint8_t> pixels;             ///< 0 is black, 255 is white
};

/// The bytes of a PNG file. Throws std::invalid_argument for an image without pixels, with other than 1 or 3 channels or with
/// another number of pixels than its extents say, std::runtime_error if libpng refuses it.
inline std::vector<std::uint8_t> encode_png(const image& picture) {
  const index_t height = picture.height, width = picture.width, channels = picture.channels;
  constexpr index_t most = (std::numeric_limits<std::int32_t>::max)() / 4;
  const bool fits        = height >= 1 && width >= 1 && height <= most && width <= most && (channels == 1 || channels == 3);
  if (!fits || height * width * channels != std::ssize(picture.pixels)) {
    fail("encode_png", "an image (h, w, 1) or (h, w, 3) and as many pixels",
         concat("(", height, ", ", width, ", ", channels, ") and ", picture.pixels.size()));
  }
  png_image header{};
  header.version        = PNG_IMAGE_VERSION;
  header.height         = static_cast<png_uint_32>(height);
  header.width          = static_cast<png_uint_32>(width);
  header.format         = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  std::vector<std::uint8_t> bytes;
  for (int pass = 0; pass < 2; ++pass) {  // the first one finds the size
    bytes.resize(size);
    if (png_image_write_to_memory(&header, pass == 0 ? nullptr : bytes.data(), &size, 0, picture.pixels.data(), 0, nullptr) == 0) {
      throw std::runtime_error(concat("[encode_png] expected an image that libpng takes but received \"", header.message, "\""));
    }
  }
  bytes.resize(size);
  return bytes;
}

/// Throws what encode_png and write_file throw.
inline void write_png(const std::filesystem::path& path, const image& picture) { write_file(path, encode_png(picture)); }

/// How to read a PNG file with chunks that describe its colour space.
enum class png_values {
  as_stored,  ///< the numbers of the file, as Pillow and torchvision give them
  to_srgb     ///< if a gAMA chunk says that values have another gamma than sRGB, they are converted to sRGB
};

/// The image in the bytes of a PNG file; `file` names it in errors. Values of 8 bits are returned unchanged, values of fewer bits are
/// scaled to 0 … 255, and colours of a palette are looked up, which gives 3 channels. Throws std::runtime_error for what check_png
/// refuses, and for pixels that libpng refuses.
inline image decode_png(std::span<const std::uint8_t> bytes, std::string_view file, png_values values = png_values::as_stored) {
  const png_header frame = check_png(bytes, file);
  std::vector<std::uint8_t> pixels_only;  // libpng converts the values as soon as it sees a gAMA chunk
  if (values == png_values::as_stored) bytes = pixels_only = critical_chunks(bytes);
  image result{static_cast<index_t>(frame.height), static_cast<index_t>(frame.width), frame.colour == 0 ? 1 : 3, {}};
  png_image header{};
  header.version     = PNG_IMAGE_VERSION;
  const auto refused = [&] { fail_file(file, 0, "an image that libpng reads", concat("\"", header.message, "\"")); };
  if (png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) == 0) refused();
  header.format = result.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  result.pixels.resize(static_cast<std::size_t>(result.height * result.width * result.channels));
  if (png_image_finish_read(&header, nullptr, result.pixels.data(), 0, nullptr) == 0) refused();
  return result;
}

/// The same for a file. Throws std::runtime_error, too, for one that cannot be read.
inline image read_png(const std::filesystem::path& path, png_values values = png_values::as_stored) {
  return decode_png(read_file(path), path.string(), values);
}

/// A contact sheet of images (n, h, w, c) in [−1, 1], c = 1 or 3, n ≥ 1: row by row, `columns` beside each other, each pixel
/// enlarged to scale × scale, with a white line between images, and white where there is no image. Values outside [−1, 1] are clamped,
/// NaN is black. Throws std::invalid_argument for anything else.
template <tensor_like X>
image sheet(const X& x, index_t columns = 10, index_t scale = 1) {
  expect_rank("sheet", 4, x.extents());
  const index_t n = x.extent(0), h = x.extent(1), w = x.extent(2), c = x.extent(3);
  if (n < 1 || h < 1 || w < 1 || (c != 1 && c != 3)) fail("sheet", "images (n, h, w, 1) or (n, h, w, 3)", to_string(x.extents()));
  expect_at_least("sheet", "columns", 1, columns);
  expect_at_least("sheet", "a scale", 1, scale);
  const index_t across = (std::min)(columns, n), down = (n + across - 1) / across;
  const index_t line = (scale + 2) / 3;
  image result{down * (h * scale + line) - line, across * (w * scale + line) - line, c, {}};
  result.pixels.assign(static_cast<std::size_t>(result.height * result.width * c), 255);
  const auto values = tensor_of<X>(x).to_vector();
  for (index_t i = 0; i < n; ++i) {
    const index_t top = i / across * (h * scale + line), left = i % across * (w * scale + line);
    for (index_t row = 0; row < h * scale; ++row) {
      for (index_t column = 0; column < w * scale; ++column) {
        for (index_t k = 0; k < c; ++k) {
          const double value = static_cast<double>(values[static_cast<std::size_t>(((i * h + row / scale) * w + column / scale) * c + k)]);
          const double level = value > -1 ? (std::min)(value, 1.0) * 127.5 + 128 : 0;  // + 127.5, and ½ to round
          result.pixels[static_cast<std::size_t>(((top + row) * result.width + left + column) * c + k)] = static_cast<std::uint8_t>(level);
        }
      }
    }
  }
  return result;
}

}  // namespace jem::inline v0::io
