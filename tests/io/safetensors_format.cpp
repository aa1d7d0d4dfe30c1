// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/safetensors_format.hpp>

#include <doctest/doctest.h>

using jem::io::decode_safetensors;
using jem::io::encode_safetensors;
using jem::io::tensor_map;
using bytes = std::vector<std::uint8_t>;

namespace {

/// A file of the format with any header, which may contradict the size of the data.
bytes file_of(const std::string& header, std::size_t data) {
  bytes file(8);
  for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i) & 255);
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + data, 7);
  return file;
}

std::string complaint(const bytes& file) {
  return test::message_of<std::runtime_error>([&] { decode_safetensors(file, "w.safetensors"); });
}
std::string complaint(const std::string& header, std::size_t data) { return complaint(file_of(header, data)); }

tensor_map two() { return {{"a", {"U8", {3}, {1, 2, 3}}}, {"b", {"F32", {1, 2}, {0, 0, 128, 63, 0, 0, 0, 64}}}}; }

}  // namespace

TEST_CASE("encode_safetensors gives the bytes of the format") {
  const auto file = encode_safetensors(two());
  const std::string header =
      R"({"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}})";
  std::string padded = header;
  padded.resize((header.size() + 7) / 8 * 8, ' ');
  auto expected = file_of(padded, 0);
  const bytes values{0, 0, 128, 63, 0, 0, 0, 64, 1, 2, 3};
  expected.insert(expected.end(), values.begin(), values.end());
  CHECK(file == expected);
}

TEST_CASE("named tensors are unchanged when they are written to a file and read") {
  auto tensors        = two();
  tensors["empty"]    = {"F64", {0, 5}, {}};
  tensors["a scalar"] = {"I32", {}, {1, 0, 0, 0}};
  tensors["\"ä\"\n"]  = {"BF16", {1, 1, 1, 1, 1}, {1, 2}};
  CHECK(decode_safetensors(encode_safetensors(tensors), "f") == tensors);
  CHECK(decode_safetensors(encode_safetensors({}), "f").empty());
}

TEST_CASE("metadata and spaces of other writers are ignored") {
  const auto tensors =
      decode_safetensors(file_of(R"({"__metadata__":{"format":"pt"}, "x":{"shape":[2],"dtype":"U8","data_offsets":[0,2]}}   )", 2), "f");
  CHECK(tensors == tensor_map{{"x", {"U8", {2}, {7, 7}}}});
}

TEST_CASE("a safetensors file truncated at any byte is refused, and so is a longer one") {
  const auto file = encode_safetensors(two());
  for (std::size_t length = 0; length < file.size(); ++length) {
    const auto message = complaint(bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK_MESSAGE(message.find("w.safetensors, byte ") == 0, length);
  }
  auto longer = file;
  longer.push_back(0);
  CHECK(complaint(longer) ==
        "w.safetensors, byte " + std::to_string(file.size()) + ": expected the end of the file but found 1 more bytes");
}

TEST_CASE("a flipped bit in a safetensors file is refused or gives tensors that can be written") {
  const auto file = encode_safetensors(two());
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    auto damaged = file;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    tensor_map tensors;
    try {
      tensors = decode_safetensors(damaged, "f");
    } catch (const std::runtime_error&) { continue; }
    CHECK_NOTHROW(encode_safetensors(tensors));
  }
}

TEST_CASE("a header that is longer than the file is refused") {
  bytes absurd(16, 0xff);
  CHECK(complaint(absurd) ==
        "w.safetensors, byte 0: expected a header of at most 8 bytes, the rest of the file, but found 18446744073709551615");
  CHECK(complaint(bytes{}) == "w.safetensors, byte 0: expected the length of the header in 8 bytes but found the end of the file");
}

TEST_CASE("a header that is no JSON object is refused with the byte") {
  CHECK(complaint("{\"a\":!", 0).find("w.safetensors, byte 13: expected a header in JSON but found ") == 0);
  CHECK(complaint("[]", 0) == "w.safetensors, byte 8: expected a JSON object but found array");
  CHECK(complaint("", 0).find("w.safetensors, byte 8: expected a header in JSON") == 0);
  CHECK(complaint("{\"\xff\":1}", 0).find("expected a header in JSON") != std::string::npos);
}

TEST_CASE("numbers beyond the range of any type and very deep lists are refused") {
  CHECK(complaint("{\"a\":1e999}", 0).find("w.safetensors, byte 8: expected a header in JSON but found ") == 0);
  const std::string deep = "{\"a\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  CHECK(complaint(deep, 0) == "w.safetensors, byte 8: expected a header of three levels but found a fourth");
}

TEST_CASE("a tensor that is described badly is refused by name") {
  const auto refused = [](const std::string& description, const std::string& expected) {
    const auto message = complaint("{\"w\":" + description + "}", 8);
    CHECK_MESSAGE(message == "w.safetensors, byte 8: expected tensor w with " + expected + " but found " + description, message);
  };
  refused("7", "dtype, shape and data_offsets");
  refused(R"({"dtype":"F32","shape":[2]})", "dtype, shape and data_offsets");
  refused(R"({"data_offsets":[0,8],"dtype":"F31","shape":[2]})", "a known dtype");
  refused(R"({"data_offsets":[0,8],"dtype":32,"shape":[2]})", "a known dtype");
  refused(R"({"data_offsets":[0,8],"dtype":"F32","shape":[-2]})", "a shape of at most 5 extents");
  refused(R"({"data_offsets":[0,8],"dtype":"F32","shape":[1,1,1,1,1,2]})", "a shape of at most 5 extents");
  refused(R"({"data_offsets":[0,8],"dtype":"F32","shape":2})", "a shape of at most 5 extents");
  refused(R"({"data_offsets":[0,8,9],"dtype":"F32","shape":[2]})", "two data_offsets");
  refused(R"({"data_offsets":[0,8.5],"dtype":"F32","shape":[2]})", "two data_offsets");
  refused(R"({"data_offsets":[0,8],"dtype":"F32","shape":[3]})", "data_offsets that are 12 bytes apart");
  refused(R"({"data_offsets":[8,0],"dtype":"F32","shape":[2]})", "data_offsets that are 8 bytes apart");
  refused(R"({"data_offsets":[0,8],"dtype":"F32","shape":[4294967296,4294967296]})", "a shape of at most 2^60 bytes");
  refused(R"({"data_offsets":[0,8],"dtype":"U8","shape":[18446744073709551615]})", "a shape of at most 2^60 bytes");
  refused(R"({"data_offsets":[0,0],"dtype":"U8","shape":[0,4294967296,4294967296]})", "a shape of at most 2^60 bytes");
}

TEST_CASE("tensors that overlap, leave gaps or extend beyond the end are refused") {
  const auto pair = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a + R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
  };
  const auto begin = std::to_string(8 + pair("[0,4]", "[4,8]").size() + 4);
  CHECK(complaint(pair("[0,4]", "[4,8]"), 8).empty());
  CHECK(complaint(pair("[4,8]", "[0,4]"), 8).empty());
  CHECK(complaint(pair("[0,4]", "[3,7]"), 8) == "w.safetensors, byte " + begin + ": expected tensor b to begin at offset 4 but found 3");
  CHECK(complaint(pair("[0,4]", "[5,9]"), 9) == "w.safetensors, byte " + begin + ": expected tensor b to begin at offset 4 but found 5");
  CHECK(complaint(pair("[0,4]", "[0,4]"), 4).ends_with("expected tensor b to begin at offset 4 but found 0"));
  CHECK(complaint(pair("[0,4]", "[4,8]"), 7).ends_with("expected tensor b to end at offset 8 but found the end of the file"));
  CHECK(complaint(R"({"x":{"dtype":"U8","shape":[1152921504606846975],"data_offsets":[0,1152921504606846975]}})", 8)
            .ends_with("but found the end of the file"));
}

TEST_CASE("two tensors of one name are refused") {
  const std::string twice = R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  CHECK(complaint(twice, 1) == "w.safetensors, byte 8: expected tensors with names of their own but found two named a");
}

TEST_CASE("metadata is written to a file with its tensors, and can be read without them") {
  const jem::io::file_metadata said{{"format", "pt"}, {"α", "β\n"}};
  const jem::io::tensor_map tensors{{"a", {"U8", {2}, {1, 2}}}};
  const auto written = encode_safetensors(tensors, said);
  CHECK(jem::io::decode_metadata(written, "it") == said);
  CHECK(decode_safetensors(written, "it") == tensors);
  CHECK(jem::io::decode_metadata(encode_safetensors(tensors), "it").empty());
  const auto complaint_of = [](const std::string& header) {
    return test::message_of<std::runtime_error>([&] { (void)jem::io::decode_metadata(file_of(header, 0), "it"); });
  };
  CHECK(complaint_of(R"({"__metadata__":{"a":1}})") == "it, byte 8: expected a text in __metadata__ a but found 1");
  CHECK(complaint_of(R"({"__metadata__":["a"]})") == R"(it, byte 8: expected texts in __metadata__ but found ["a"])");
  CHECK(complaint_of("[]") == "it, byte 8: expected a JSON object but found array");
  CHECK_THROWS_AS((void)jem::io::decode_metadata(std::vector<std::uint8_t>(7), "it"), std::runtime_error);
}

TEST_CASE("named tensors with an unknown type, a wrong size or an impossible name are not written") {
  CHECK_THROWS_WITH_AS(
      encode_safetensors({{"a", {"F32", {2}, bytes(7)}}}),
      "[safetensors] expected a tensor with a known type and as many bytes as its shape says but received a, F32 (2) with 7 bytes",
      std::invalid_argument);
  CHECK_THROWS_AS(encode_safetensors({{"a", {"F31", {2}, bytes(8)}}}), std::invalid_argument);
  CHECK_THROWS_AS(encode_safetensors({{"__metadata__", {"U8", {1}, bytes(1)}}}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(encode_safetensors({{"\xff", {"U8", {1}, bytes(1)}}}),
                       doctest::Contains("[safetensors] expected names in UTF-8 but received "), std::invalid_argument);
}
