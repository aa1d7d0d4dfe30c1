// SPDX-License-Identifier: MIT
#include "support/png_bytes.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/png_format.hpp>

#include <doctest/doctest.h>

using bytes = test::byte_list;
using test::png_chunk;
using test::png_idat;
using test::png_ihdr;
using test::png_of;

namespace {

const bytes small = png_of({png_ihdr(3, 2, 8, 0), png_idat({0, 10, 20, 30, 0, 40, 50, 60})});

std::string complaint(const bytes& file) {
  return test::message_of<std::runtime_error>([&] { jem::io::check_png(file, "file"); });
}

}  // namespace

TEST_CASE("check_png returns size, bits and colour type of a png file") {
  const auto h = jem::io::check_png(small, "file");
  CHECK(h.height == 2);
  CHECK(h.width == 3);
  CHECK(h.bits == 8);
  CHECK(h.colour == 0);
  const auto p = jem::io::check_png(png_of({png_ihdr(2, 1, 4, 3), png_chunk("PLTE", {1, 2, 3}), png_idat({0, 0})}), "file");
  CHECK(p.bits == 4);
  CHECK(p.colour == 3);
}

TEST_CASE("chunks of text are ignored") {
  CHECK(complaint(png_of({png_ihdr(3, 2, 8, 0), png_chunk("tEXt", {'a', 0, 'b'}), png_idat({0, 1, 2, 3, 0, 4, 5, 6})})) == "");
}

TEST_CASE("the critical chunks of a png file are those whose types begin with a capital, in their order") {
  CHECK(jem::io::critical_chunks(small) == small);
  const auto head = png_ihdr(1, 1, 8, 3), palette = png_chunk("PLTE", {1, 2, 3}), data = png_idat({0, 0}), odd = png_chunk("ABCD", {7});
  const auto more =
      png_of({head, png_chunk("gAMA", {0, 1, 0x86, 0xa0}), palette, png_chunk("tEXt", {}), odd, data, png_chunk("tIME", {1})});
  CHECK(jem::io::critical_chunks(more) == png_of({head, palette, odd, data}));
}

TEST_CASE("a png file cut off at any byte is refused, naming the byte") {
  for (std::size_t length = 0; length < small.size(); ++length) {
    const auto message = complaint(test::cut(small, length));
    CAPTURE(message);
    CHECK(message.starts_with("file, byte "));
  }
  CHECK(complaint({}) == "file, byte 0: expected the signature of a PNG file but found the end of the file");
  CHECK(complaint(test::cut(small, small.size() - 12)) ==
        "file, byte " + std::to_string(small.size() - 12) + ": expected a chunk up to IEND but found the end of the file");
  CHECK(complaint(test::cut(small, small.size() - 13)).find("expected a chunk of at most") != std::string::npos);
}

TEST_CASE("any flipped bit in a png file is refused") {
  const auto refused =
      test::refused_flips(small, [](const bytes& b) { return jem::io::check_png(b, "file"); }, [](const auto&) { return false; });
  CHECK(refused == small.size() * 8);
}

TEST_CASE("a file of another format, or a png file with bytes after its end, is refused") {
  CHECK(complaint(bytes(100, 'x')) == "file, byte 0: expected the signature of a PNG file but found other bytes");
  CHECK(complaint(test::joined(small, {1, 2})) ==
        "file, byte " + std::to_string(small.size()) + ": expected the end of the file but found 2 more bytes");
  CHECK(complaint(png_of({})) == "file, byte 8: expected one IHDR chunk of 13 bytes, the first but found another chunk");
  CHECK(complaint(png_of({png_idat({0, 0})})) == "file, byte 8: expected one IHDR chunk of 13 bytes, the first but found another chunk");
  CHECK(complaint(png_of({png_chunk("IHDR", bytes(12))})).starts_with("file, byte 8: expected one IHDR chunk"));
  CHECK(complaint(png_of({png_ihdr(1, 1, 8, 0), png_ihdr(1, 1, 8, 0)})).starts_with("file, byte 33: expected one IHDR chunk"));
}

TEST_CASE("a wrong checksum is refused with its byte") {
  auto damaged = small;
  damaged[20] ^= 4;  // the height
  CHECK(complaint(damaged) == "file, byte 29: expected the checksum of the chunk but found another");
}

TEST_CASE("16 bits, transparency and unknown colour types are refused with the byte of that field") {
  const auto kind = [](int bits, int colour) { return complaint(png_of({png_ihdr(1, 1, bits, colour), png_idat({0, 0})})); };
  CHECK(kind(16, 0) == "file, byte 24: expected 1, 2, 4 or 8 bits a sample but found 16");
  CHECK(kind(3, 0) == "file, byte 24: expected 1, 2, 4 or 8 bits a sample but found 3");
  const std::string colour = "file, byte 25: expected grey, colour or a palette (types 0, 2, 3), without transparency, but found type ";
  for (const int type : {1, 4, 5, 6, 7, 255}) CHECK(kind(8, type) == colour + std::to_string(type));
  CHECK(complaint(png_of({png_ihdr(1, 1, 8, 0), png_chunk("tRNS", {0, 0}), png_idat({0, 0})})) ==
        "file, byte 33: expected an image without transparency but found a tRNS chunk");
}

TEST_CASE("a size that the file cannot contain is refused before memory is allocated") {
  const auto size = [](std::uint32_t width, std::uint32_t height, int bits = 8) {
    return complaint(png_of({png_ihdr(width, height, bits, 0), png_idat({0, 0})}));  // 10 bytes of compressed data
  };
  CHECK(size(0, 1) == "file, byte 16: expected 1 to 67108864 pixels but found 1 rows of 0");
  CHECK(size(1, 0) == "file, byte 16: expected 1 to 67108864 pixels but found 0 rows of 1");
  CHECK(size(0xffffffff, 0xffffffff) == "file, byte 16: expected 1 to 67108864 pixels but found 4294967295 rows of 4294967295");
  CHECK(size(8193, 8192) == "file, byte 16: expected 1 to 67108864 pixels but found 8192 rows of 8193");
  const auto compressed = png_idat({0, 0}).size() - 12;
  CHECK(size(8192, 8192) == "file, byte 16: expected an image that " + std::to_string(compressed) +
                                " bytes of compressed data can hold but found 8192 rows of 8192 pixels");
  CHECK(size(100, 10) == "");  // the chunks are right; libpng finds that pixels are missing
  CHECK(size(1, 67'108'864, 1).starts_with("file, byte 16: expected an image that"));
}
