// SPDX-License-Identifier: MIT
// The header of a .npy file (NumPy Enhancement Proposal 1, formats 1.0, 2.0 and 3.0): "\x93NUMPY", the version, the length of what
// follows in 2 or 4 bytes, little-endian, and a Python literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>
#include <jem/io/extended_size.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0::io {

/// The contents of a header. They do not say whether the file is long enough.
struct npy_header {
  std::string type;       // as numpy writes it: "<f4"
  shape extents;          // of values in row-major order
  std::uint64_t type_at;  // the byte where the type is written, for messages
  std::uint64_t begin;    // the byte where the values begin
};

namespace detail {

/// A Python literal in the bytes [at, end) of a file, which is read forwards; blanks between tokens are skipped.
class python_literal {
 public:
  python_literal(std::string_view file, std::string_view bytes, std::size_t at) : file_(file), bytes_(bytes), at_(at) { skip_blanks(); }

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

  bool accept(std::string_view token) {
    if (!bytes_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    skip_blanks();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) refuse(token);
  }

  /// The text between two quotes of either kind. Escapes are not decoded, since no valid text has any.
  std::string_view quoted() {
    const char quote = at_end() ? '\0' : bytes_[at_];
    const auto close = quote == '\'' || quote == '"' ? bytes_.find(quote, at_ + 1) : std::string_view::npos;
    if (close == std::string_view::npos) refuse("a text in quotes");
    const auto text = bytes_.substr(at_ + 1, close - at_ - 1);
    at_             = close + 1;
    skip_blanks();
    return text;
  }

  /// A whole number without leading zeros.
  std::uint64_t number() {
    std::uint64_t value   = 0;
    const auto* const end = bytes_.data() + bytes_.size();
    const auto [stop, ec] = std::from_chars(bytes_.data() + at_, end, value);
    if (ec != std::errc{} || (bytes_[at_] == '0' && value != 0)) refuse("a number of 64 bits");
    at_ = static_cast<std::size_t>(stop - bytes_.data());
    accept("L");  // the suffix of Python 2
    skip_blanks();
    return value;
  }

  /// Throws std::runtime_error that shows the text at this place.
  [[noreturn]] void refuse(std::string_view expected) const {
    std::string found(bytes_.substr(at_, 40));
    for (char& c : found) c = c >= ' ' && c <= '~' ? c : '?';
    fail_file(file_, at_, expected, found.empty() ? "the end of the header" : found);
  }

 private:
  void skip_blanks() { at_ = (std::min)(bytes_.find_first_not_of(" \t\r\n", at_), bytes_.size()); }

  std::string_view file_, bytes_;
  std::size_t at_;
};

/// (), (3,) or (2, 3)
inline shape parse_extents(python_literal& literal) {
  shape extents;
  std::uint64_t size = 1;
  literal.expect("(");
  while (!literal.accept(")")) {
    const auto before = literal;
    const auto extent = literal.number();
    if (extents.rank() == shape::max_rank) before.refuse("at most 5 extents");
    size = extended_size(size, extent);
    if (size == 0) before.refuse("extents of at most 2^60 values");
    extents.push_back(static_cast<index_t>(extent));
    if (literal.accept(",")) continue;
    if (extents.rank() == 1) literal.refuse(",");  // (3) is a number
    literal.expect(")");
    break;
  }
  return extents;
}

/// Where the literal begins and where it ends.
inline std::array<std::size_t, 2> npy_literal_span(std::string_view file, std::string_view bytes) {
  const auto end_of_file           = [&](std::string_view expected) { fail_file(file, bytes.size(), expected, "the end of the file"); };
  constexpr std::string_view magic = "\x93NUMPY";
  if (!bytes.starts_with(magic.substr(0, bytes.size()))) fail_file(file, 0, "\"\\x93NUMPY\"", "something else");
  if (bytes.size() < 8) end_of_file("\"\\x93NUMPY\" and a version");
  const int major = static_cast<std::uint8_t>(bytes[6]), minor = static_cast<std::uint8_t>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    fail_file(file, 6, "version 1.0, 2.0 or 3.0", std::to_string(major) + "." + std::to_string(minor));
  }
  const std::size_t begin = major == 1 ? 10 : 12;
  if (bytes.size() < begin) end_of_file(concat("the length of the header in ", begin - 8, " bytes"));
  std::size_t length = 0;
  for (std::size_t i = begin; i-- > 8;) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
  if (length > bytes.size() - begin) {
    fail_file(file, 8, concat("a header of at most ", bytes.size() - begin, " bytes, the rest of the file,"), std::to_string(length));
  }
  return {begin, begin + length};
}

}  // namespace detail

/// The header of a .npy file, given its bytes; `file` names it in errors. Throws std::runtime_error with the byte, and what was expected
/// and found there, for bytes that are no such header, for values in column-major order and for more than five axes.
inline npy_header parse_npy_header(std::span<const std::uint8_t> file_bytes, std::string_view file) {
  const std::string_view bytes(reinterpret_cast<const char*>(file_bytes.data()), file_bytes.size());
  const auto [begin, end] = detail::npy_literal_span(file, bytes);
  detail::python_literal literal(file, bytes.substr(0, end), begin);
  npy_header header{{}, {}, 0, end};
  std::vector<std::string_view> keys;
  literal.expect("{");
  while (!literal.accept("}")) {
    const auto before = literal;
    keys.push_back(literal.quoted());
    literal.expect(":");
    if (keys.back() == "descr") {
      header.type_at = literal.at();
      header.type    = literal.quoted();
    } else if (keys.back() == "fortran_order") {
      if (!literal.accept("False")) literal.refuse("False, row-major order, which numpy.ascontiguousarray makes,");
    } else if (keys.back() == "shape") {
      header.extents = detail::parse_extents(literal);
    } else {
      before.refuse("descr, fortran_order or shape");
    }
    if (std::ranges::count(keys, keys.back()) > 1) before.refuse("each key once");
    if (literal.accept(",")) continue;
    literal.expect("}");
    break;
  }
  if (!literal.at_end()) literal.refuse("the end of the header");
  if (keys.size() != 3) literal.refuse("descr, fortran_order and shape");
  if (header.type == "<u1") header.type = "|u1";  // a single byte has no byte order
  return header;
}

/// A header of format 1.0, as numpy writes it: the values begin at a multiple of 64 bytes.
inline std::vector<std::uint8_t> encode_npy_header(std::string_view type, const shape& extents) {
  std::string text = concat("{'descr': '", type, "', 'fortran_order': False, 'shape': ");
  text += extents.rank() == 1 ? concat("(", extents[0], ",)") : to_string(extents);
  text += ", }";
  text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  const std::array<std::uint8_t, 10> head{
      0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<std::uint8_t>(text.size() & 255), static_cast<std::uint8_t>(text.size() >> 8)};
  std::vector<std::uint8_t> bytes(head.size() + text.size());
  std::ranges::copy(head, bytes.begin());
  std::ranges::transform(text, bytes.begin() + head.size(), [](char c) { return static_cast<std::uint8_t>(c); });
  return bytes;
}

}  // namespace jem::inline v0::io
