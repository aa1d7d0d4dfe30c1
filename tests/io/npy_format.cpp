// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/npy_format.hpp>

#include <doctest/doctest.h>

using jem::shape;
using jem::io::encode_npy_header;
using jem::io::parse_npy_header;
using bytes = std::vector<std::uint8_t>;

namespace {

/// A file of the format with any literal and any version, which may contradict each other.
bytes file_of(const std::string& literal, int major = 1, std::size_t data = 0) {
  bytes file{0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(major), 0};
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) file.push_back(static_cast<std::uint8_t>(literal.size() >> (8 * i) & 255));
  file.insert(file.end(), literal.begin(), literal.end());
  file.resize(file.size() + data, 7);
  return file;
}

std::string complaint(const bytes& file) {
  return test::message_of<std::runtime_error>([&] { parse_npy_header(file, "x.npy"); });
}
std::string complaint(const std::string& literal) { return complaint(file_of(literal)); }

shape extents_of(const std::string& literal) {
  return parse_npy_header(file_of("{'descr': '<f4', 'fortran_order': False, 'shape': " + literal + ", }\n"), "x.npy").extents;
}

}  // namespace

TEST_CASE("encode_npy_header gives the bytes that numpy writes") {
  // numpy.save("x.npy", numpy.zeros((2, 3), "<f4")), and zeros((), "<f8"), zeros(7, "<i4"), zeros((10000, 32, 32, 3), "<f4")
  CHECK(encode_npy_header("<f4", {2, 3}) ==
        file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + "\n"));
  CHECK(encode_npy_header("<f8", {}) == file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (), }" + std::string(62, ' ') + "\n"));
  CHECK(encode_npy_header("<i4", {7}) ==
        file_of("{'descr': '<i4', 'fortran_order': False, 'shape': (7,), }" + std::string(60, ' ') + "\n"));
  CHECK(encode_npy_header("<f4", {10000, 32, 32, 3}) ==
        file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (10000, 32, 32, 3), }" + std::string(46, ' ') + "\n"));
}

TEST_CASE("a npy header of any length is padded, so that values begin at a multiple of 64 bytes") {
  for (jem::index_t n = 1; n < 1'000'000'000'000'000; n *= 10) {
    const auto header = encode_npy_header("<f4", {n, n, n});
    CHECK(header.size() % 64 == 0);
    CHECK(header.back() == '\n');
    CHECK(header.size() == 10u + header[8] + 256u * header[9]);
    if (n < 1'000'000) CHECK(parse_npy_header(header, "x.npy").extents == shape{n, n, n});
  }
}

TEST_CASE("npy headers of all three versions are read") {
  const std::string literal = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 0, 2), }   \n";
  for (const int major : {1, 2, 3}) {
    const auto header = parse_npy_header(file_of(literal, major, 3), "x.npy");
    CHECK(header.type == "<f8");
    CHECK(header.extents == shape{4, 0, 2});
    CHECK(header.begin == (major == 1 ? 10 : 12) + literal.size());
    CHECK(header.type_at == (major == 1 ? 20 : 22));
  }
}

TEST_CASE("npy headers with other spaces, quotes, orders and ends, and with numbers of Python 2, are read") {
  const auto header = parse_npy_header(file_of("\n{ \"shape\":( 3L ,4 )\t,'fortran_order' :False,\r\n'descr':\"|u1\"}"), "x.npy");
  CHECK(header.type == "|u1");
  CHECK(header.extents == shape{3, 4});
  CHECK(parse_npy_header(file_of("{'descr': '<u1', 'fortran_order': False, 'shape': (1,)}"), "x.npy").type == "|u1");
  CHECK(extents_of("()") == shape{});
  CHECK(extents_of("( )") == shape{});
  CHECK(extents_of("(5,)") == shape{5});
  CHECK(extents_of("(2, 3,)") == shape{2, 3});
  CHECK(extents_of("(1, 2, 3, 4, 5)") == shape{1, 2, 3, 4, 5});
}

TEST_CASE("a npy header truncated at any byte is refused, naming a byte within the file") {
  for (const int major : {1, 2}) {
    const auto whole = file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", major);
    CHECK(complaint(whole).empty());
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto message = complaint(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      CHECK_MESSAGE(message.find("x.npy, byte ") == 0, length);
    }
  }
  CHECK(complaint(bytes{}) == "x.npy, byte 0: expected \"\\x93NUMPY\" and a version but found the end of the file");
  CHECK(complaint(bytes{0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 1, 0}) ==
        "x.npy, byte 10: expected the length of the header in 4 bytes but found the end of the file");
}

TEST_CASE("a literal truncated at any byte is refused, even if the header's length agrees") {
  const std::string whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto message = complaint(whole.substr(0, length));
    CHECK_MESSAGE(message.find("x.npy, byte ") == 0, length);
    CHECK(message.find("expected ") != std::string::npos);
  }
}

TEST_CASE("a file of another format, or a npy file of a later version, is refused") {
  auto file = file_of("{}");
  file[0]   = 0x92;
  CHECK(complaint(file) == "x.npy, byte 0: expected \"\\x93NUMPY\" but found something else");
  CHECK(complaint(bytes{'P', 'K', 3, 4}) == "x.npy, byte 0: expected \"\\x93NUMPY\" but found something else");
  CHECK(complaint(file_of("{}", 4)) == "x.npy, byte 6: expected version 1.0, 2.0 or 3.0 but found 4.0");
  CHECK(complaint(file_of("{}", 0)) == "x.npy, byte 6: expected version 1.0, 2.0 or 3.0 but found 0.0");
  file    = file_of("{}");
  file[7] = 1;
  CHECK(complaint(file) == "x.npy, byte 6: expected version 1.0, 2.0 or 3.0 but found 1.1");
}

TEST_CASE("a npy header that is longer than its file is refused") {
  auto file = file_of("{}", 2);
  file[11]  = 0xff;
  CHECK(complaint(file) == "x.npy, byte 8: expected a header of at most 2 bytes, the rest of the file, but found 4278190082");
}

TEST_CASE("values in column-major order are refused") {
  CHECK(complaint("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }") ==
        "x.npy, byte 44: expected False, row-major order, which numpy.ascontiguousarray makes, but found True, 'shape': (2, 3), }");
}

TEST_CASE("other npy headers are refused with the byte and the text found there") {
  const auto refused = [](const std::string& literal, std::size_t at, const std::string& expected, const std::string& found) {
    CHECK(complaint(literal) == "x.npy, byte " + std::to_string(10 + at) + ": expected " + expected + " but found " + found);
  };
  refused("", 0, "{", "the end of the header");
  refused("[1, 2]", 0, "{", "[1, 2]");
  refused("{}", 2, "descr, fortran_order and shape", "the end of the header");
  refused("{'shape': (), 'descr': '<f4'}", 29, "descr, fortran_order and shape", "the end of the header");
  refused("{'shape': (), 'shape': (2,)}", 14, "each key once", "'shape': (2,)}");
  refused("{'shape': (), 'strides': ()}", 14, "descr, fortran_order or shape", "'strides': ()}");
  refused("{shape: ()}", 1, "a text in quotes", "shape: ()}");
  refused("{'shape", 1, "a text in quotes", "'shape");
  refused("{'shape' (2,)}", 9, ":", "(2,)}");
  refused("{'shape': (2,) 'descr'}", 15, "}", "'descr'}");
  refused("{'shape': [2]}", 10, "(", "[2]}");
  refused("{'shape': 2}", 10, "(", "2}");
  refused("{'shape': (2)}", 12, ",", ")}");
  refused("{'shape': (2, 3}", 15, ")", "}");
  refused("{'shape': (2,, 3)}", 13, "a number of 64 bits", ", 3)}");
  refused("{'shape': (-2,)}", 11, "a number of 64 bits", "-2,)}");
  refused("{'shape': (02,)}", 11, "a number of 64 bits", "02,)}");
  refused("{'shape': (2.5,)}", 12, ",", ".5,)}");
  refused("{'shape': (99999999999999999999,)}", 11, "a number of 64 bits", "99999999999999999999,)}");
  refused("{'shape': (1152921504606846977,)}", 11, "extents of at most 2^60 values", "1152921504606846977,)}");
  refused("{'shape': (0, 4294967296, 4294967296)}", 26, "extents of at most 2^60 values", "4294967296)}");
  refused("{'shape': (1, 1, 1, 1, 1, 1)}", 26, "at most 5 extents", "1)}");
  refused("{'fortran_order': false}", 18, "False, row-major order, which numpy.ascontiguousarray makes,", "false}");
  refused("{'fortran_order': Falsey}", 23, "}", "y}");
  // numpy.save("x.npy", numpy.zeros(3, [("a", "<f4"), ("ä", "<i4")])), which has format 3.0
  refused("{'descr': [('a', '<f4'), ('\xc3\xa4', '<i4')], 'fortran_order': False, 'shape': (3,), }", 10, "a text in quotes",
          "[('a', '<f4'), ('?\?', '<i4')], 'fortran_");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } import os", 58, "the end of the header", "import os");
}

TEST_CASE("a flipped bit in a npy header is refused or gives a header that can be written") {
  const auto whole = encode_npy_header("<f4", {2, 3});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    try {
      const auto header = parse_npy_header(damaged, "x.npy");
      CHECK(parse_npy_header(encode_npy_header(header.type, header.extents), "x.npy").extents == header.extents);
    } catch (const std::runtime_error& e) { CHECK(std::string(e.what()).find("x.npy, byte ") == 0); }
  }
}
