// SPDX-License-Identifier: MIT
// Reads and writes arrays as .npy files, numpy's own format. Little-endian values are read into a tensor whose element type can hold
// all values of their type (|u1 into every tensor, <f4 and <i4 into one of doubles), and <i8, numpy's type of class numbers, into
// labels. Nothing is rounded.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>
#include <jem/io/npy_format.hpp>
#include <jem/tensor/tensor.hpp>

#include <bit>
#include <concepts>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jem::inline v0::io {

static_assert(std::endian::native == std::endian::little, "values are copied from and to .npy files as they are");

namespace detail {

/// numpy's name of a type of values.
template <class V>
constexpr std::string_view npy_type = std::same_as<V, float>          ? "<f4"
                                      : std::same_as<V, double>       ? "<f8"
                                      : std::same_as<V, std::int32_t> ? "<i4"
                                      : std::same_as<V, std::int64_t> ? "<i8"
                                                                      : "|u1";

/// Whether V holds every value of From, or both are integers and each value is checked.
template <class From, class V>
concept goes_into = (std::integral<From> && std::integral<V>) ||
                    (std::floating_point<V> && std::numeric_limits<From>::digits <= std::numeric_limits<V>::digits);

/// Throws std::runtime_error unless the file ends with the last of its values, which have `size` bytes each.
inline void expect_npy_length(const npy_header& header, std::uint64_t size, std::uint64_t length, std::string_view file) {
  const auto count = static_cast<std::uint64_t>(header.extents.size()), there = (length - header.begin) / size;
  if (there < count) {
    fail_file(file, length, std::to_string(count) + " values " + header.type + " for " + to_string(header.extents),
              concat("the end of the file after ", there));
  }
  const std::uint64_t end = header.begin + count * size;
  if (end != length) fail_file(file, end, "the end of the file", std::to_string(length - end) + " more bytes");
}

/// Reads the values if they are of type From.
template <class From, class V>
bool read_npy_values(const npy_header& header, std::span<const std::uint8_t> bytes, std::string_view file, std::vector<V>& values) {
  if constexpr (goes_into<From, V>) {
    if (header.type != npy_type<From>) return false;
    expect_npy_length(header, sizeof(From), bytes.size(), file);
    values.resize(static_cast<std::size_t>(header.extents.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t at = header.begin + i * sizeof(From);
      From value;
      std::memcpy(&value, bytes.data() + at, sizeof(From));
      if constexpr (std::integral<V>) {
        if (!std::in_range<V>(value)) fail_file(file, at, "a value of 32 bits", std::to_string(value));
      }
      values[i] = static_cast<V>(value);
    }
    return true;
  }
  return false;
}

/// Reads the values, which are of one of these types.
template <class... From, class V>
void read_any_npy_values(const npy_header& header, std::span<const std::uint8_t> bytes, std::string_view file, std::vector<V>& values) {
  if ((read_npy_values<From>(header, bytes, file, values) || ...)) return;
  std::string known;
  ((known += goes_into<From, V> ? concat(" ", npy_type<From>) : ""), ...);
  fail_file(file, header.type_at, concat("a type among", known, " (numpy's astype makes it),"), header.type);
}

}  // namespace detail

/// The bytes of a .npy file of format 1.0.
template <tensor_like X>
std::vector<std::uint8_t> encode_npy(const X& x) {
  using V           = typename X::value_type;
  auto bytes        = encode_npy_header(detail::npy_type<V>, x.extents());
  const auto values = tensor_of<X>(x).to_vector();
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  bytes.insert(bytes.end(), first, first + values.size() * sizeof(V));
  return bytes;
}

/// The array in the bytes of a .npy file; `file` names it in errors. Throws std::runtime_error with the byte, and what was expected
/// and found there, for what parse_npy_header refuses, for a type whose values T cannot hold, for a class number that is too large, and
/// for a file that is shorter or longer than its header says, before memory is allocated.
template <tensor_value T>
T decode_npy(std::span<const std::uint8_t> bytes, std::string_view file) {
  const auto header = parse_npy_header(bytes, file);
  std::vector<typename T::value_type> values;
  detail::read_any_npy_values<float, double, std::int32_t, std::int64_t, std::uint8_t>(header, bytes, file, values);
  return T(header.extents, values);
}

/// Writes a .npy file. Throws what write_file throws.
template <tensor_like X>
void write_npy(const std::filesystem::path& path, const X& x) {
  write_file(path, encode_npy(x));
}

/// Reads a .npy file. Throws what read_file and decode_npy throw.
template <tensor_value T>
T read_npy(const std::filesystem::path& path) {
  return decode_npy<T>(read_file(path), path.string());
}

}  // namespace jem::inline v0::io
