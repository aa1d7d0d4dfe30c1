// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/npy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using jem::shape;
using jem::io::decode_npy;
using jem::io::encode_npy;
using test::temporary_directory;
using tensor  = jem::tensor<float, jem::reference>;
using doubles = jem::tensor<double, jem::reference>;
using classes = jem::labels<tensor>;
using bytes   = std::vector<std::uint8_t>;

namespace {

/// The file that numpy writes for an array of this type, shape and bytes.
bytes file_of(const std::string& type, const std::string& extents, const bytes& values) {
  std::string text = "\x93NUMPY\x01" + std::string(1, '\0') + "v" + std::string(1, '\0');
  text += "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + extents + ", }";
  text.resize(127, ' ');
  bytes file(text.begin(), text.end());
  file.push_back('\n');
  file.insert(file.end(), values.begin(), values.end());
  return file;
}

template <class T = tensor>
std::string complaint(const bytes& file) {
  return test::message_of<std::runtime_error>([&] { decode_npy<T>(file, "x.npy"); });
}

// numpy.save("x.npy", numpy.array([[1, -2, 0.1], [1e-45, -0.0, -numpy.inf]], "<f4"))
const bytes floats_file = file_of("<f4", "(2, 3)", {0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0, 0xcd, 0xcc, 0xcc, 0x3d,  //
                                                    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x80, 0xff});
// numpy.save("x.npy", numpy.array([1, -0.1]))
const bytes doubles_file = file_of("<f8", "(2,)", {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0xbf});
// numpy.save("x.npy", numpy.array([7, -2], "<i4"))
const bytes ints_file = file_of("<i4", "(2,)", {7, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff});
// numpy.save("x.npy", numpy.array([[0, 1], [128, 255]], "u1"))
const bytes bytes_file = file_of("|u1", "(2, 2)", {0, 1, 128, 255});

}  // namespace

TEST_CASE("a npy file that numpy has written is read, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto x = decode_npy<T>(floats_file, "x.npy");
    CHECK(x.extents() == shape{2, 3});
    const auto v = x.to_vector();
    CHECK(v == std::vector<float>{1, -2, 0.1f, 1e-45f, 0, -std::numeric_limits<float>::infinity()});
    CHECK(std::signbit(v[4]));
  });
  CHECK(decode_npy<doubles>(doubles_file, "x.npy").to_vector() == std::vector<double>{1, -0.1});
  CHECK(decode_npy<classes>(ints_file, "x.npy").to_vector() == std::vector<std::int32_t>{7, -2});
}

TEST_CASE("encode_npy gives the bytes that numpy writes") {
  CHECK(encode_npy(tensor({2, 3}, {1, -2, 0.1f, 1e-45f, -0.0f, -std::numeric_limits<float>::infinity()})) == floats_file);
  CHECK(encode_npy(doubles({2}, {1, -0.1})) == doubles_file);
  CHECK(encode_npy(classes({2}, {7, -2})) == ints_file);
  // numpy.save("x.npy", numpy.float32(1)), and numpy.zeros((0, 3), "<f4")
  CHECK(encode_npy(tensor(shape{}, {1})) == file_of("<f4", "()", {0, 0, 128, 63}));
  CHECK(encode_npy(tensor(shape{0, 3})) == file_of("<f4", "(0, 3)", {}));
}

TEST_CASE("npy values of other types are read if none has to be rounded") {
  CHECK(decode_npy<tensor>(bytes_file, "x.npy").to_vector() == std::vector<float>{0, 1, 128, 255});
  CHECK(decode_npy<doubles>(bytes_file, "x.npy").to_vector() == std::vector<double>{0, 1, 128, 255});
  CHECK(decode_npy<classes>(bytes_file, "x.npy").to_vector() == std::vector<std::int32_t>{0, 1, 128, 255});
  CHECK(decode_npy<doubles>(floats_file, "x.npy").to_vector()[2] == double{0.1f});
  CHECK(decode_npy<doubles>(ints_file, "x.npy").to_vector() == std::vector<double>{7, -2});
  CHECK(complaint<tensor>(doubles_file) == "x.npy, byte 20: expected a type among <f4 |u1 (numpy's astype makes it), but found <f8");
  CHECK(complaint<tensor>(ints_file).ends_with("but found <i4"));
  CHECK(complaint<classes>(floats_file) == "x.npy, byte 20: expected a type among <i4 <i8 |u1 (numpy's astype makes it), but found <f4");
  CHECK(complaint<doubles>(file_of("<i8", "(0,)", {})) ==
        "x.npy, byte 20: expected a type among <f4 <f8 <i4 |u1 (numpy's astype makes it), but found <i8");
}

TEST_CASE("class numbers of 64 bits, which numpy uses by default, are read if they fit into 32 bits") {
  // numpy.save("x.npy", numpy.array([3, -2**31, 2**31 - 1])), and with 2**31 for the last
  bytes values{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0};
  CHECK(decode_npy<classes>(file_of("<i8", "(3,)", values), "x.npy").to_vector() ==
        std::vector<std::int32_t>{3, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()});
  values = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80, 0, 0, 0, 0};
  CHECK(complaint<classes>(file_of("<i8", "(3,)", values)) == "x.npy, byte 144: expected a value of 32 bits but found 2147483648");
}

TEST_CASE("npy types that no tensor can have are refused by name") {
  for (const std::string type : {">f4", "=f4", "<f2", "<c8", "<i2", "|b1", "|O", "<U2", "<M8[ns]", "|V8", "f4", "", "<f4 "}) {
    CHECK(complaint(file_of(type, "(0,)", {})) ==
          "x.npy, byte 20: expected a type among <f4 |u1 (numpy's astype makes it), but found " + type);
  }
}

TEST_CASE("tensors keep every bit when they are written to a npy file and read, on every backend") {
  test::on_every_tensor([]<class T>() {
    const temporary_directory place;
    const T x({1, 3, 1, 2, 1}, {std::numeric_limits<float>::quiet_NaN(), -0.0f, 3.4e38f, 1e-45f, -1, 0.1f});
    jem::io::write_npy(place / "x.npy", x);
    CHECK(place.size() == 1);
    const auto back = jem::io::read_npy<T>(place / "x.npy");
    CHECK(back.extents() == x.extents());
    CHECK(encode_npy(back) == test::get_file(place / "x.npy"));
    CHECK(std::isnan(back.to_vector()[0]));
  });
}

TEST_CASE("arrays of one value, of none and of some rows are unchanged when they are written to a npy file and read") {
  const tensor scalar(shape{}, {2.5f});
  CHECK(decode_npy<tensor>(encode_npy(scalar), "f").extents() == shape{});
  CHECK(decode_npy<tensor>(encode_npy(scalar), "f").to_vector() == std::vector<float>{2.5f});
  CHECK(decode_npy<tensor>(encode_npy(tensor(shape{3, 0, 2})), "f").extents() == shape{3, 0, 2});
  CHECK(decode_npy<tensor>(encode_npy(tensor()), "f").extents() == shape{0});
  const tensor rows({3, 2}, {1, 2, 3, 4, 5, 6});
  CHECK(decode_npy<tensor>(encode_npy(rows.rows(1, 1)), "f").to_vector() == std::vector<float>{3, 4});
}

TEST_CASE("a npy file truncated at any byte is refused, and so is a longer one") {
  for (std::size_t length = 0; length < floats_file.size(); ++length) {
    const auto message = complaint(bytes(floats_file.begin(), floats_file.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK_MESSAGE(message.find("x.npy, byte ") == 0, length);
  }
  auto file = floats_file;
  file.pop_back();
  CHECK(complaint(file) == "x.npy, byte 151: expected 6 values <f4 for (2, 3) but found the end of the file after 5");
  file = floats_file;
  file.push_back(0);
  CHECK(complaint(file) == "x.npy, byte 152: expected the end of the file but found 1 more bytes");
  CHECK(complaint(file_of("<f4", "()", {})) == "x.npy, byte 128: expected 1 values <f4 for () but found the end of the file after 0");
}

TEST_CASE("a npy file whose header claims more values than it has is refused before memory is allocated") {
  CHECK(complaint(file_of("<f4", "(1000000000, 1000000000)", {1, 2, 3, 4})) ==
        "x.npy, byte 132: expected 1000000000000000000 values <f4 for (1000000000, 1000000000) but found the end of the file after 1");
  CHECK(complaint<doubles>(file_of("<f8", "(1152921504606846976,)", {})).ends_with("but found the end of the file after 0"));
  CHECK(complaint(file_of("<f4", "(0, 1152921504606846976)", {1})) ==
        "x.npy, byte 128: expected the end of the file but found 1 more bytes");
}

TEST_CASE("a flipped bit in the header of a npy file is refused, and one in a value gives another value") {
  for (std::size_t bit = 0; bit < floats_file.size() * 8; ++bit) {
    auto damaged = floats_file;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (bit < 128 * 8) {
      CHECK_MESSAGE(complaint(damaged).find("x.npy, byte ") == 0, bit);
    } else {
      CHECK_MESSAGE(encode_npy(decode_npy<tensor>(damaged, "x.npy")) == damaged, bit);
    }
  }
}

TEST_CASE("a npy file that cannot be read or written is named") {
  const temporary_directory place;
  CHECK_THROWS_WITH_AS(
      jem::io::read_npy<tensor>(place / "none"),
      ((place / "none").string() + ": expected a file that can be read but received \"No such file or directory\"").c_str(),
      std::runtime_error);
  test::put_file(place / "bad", {1, 2, 3});
  CHECK_THROWS_WITH_AS(jem::io::read_npy<tensor>(place / "bad"), doctest::Contains((place / "bad, byte 0: expected").c_str()),
                       std::runtime_error);
  CHECK_THROWS_AS(jem::io::write_npy(place / "no" / "file", tensor()), std::runtime_error);
}
