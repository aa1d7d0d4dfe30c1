// SPDX-License-Identifier: MIT
// Encodes and decodes the safetensors format (Hugging Face, https://github.com/huggingface/safetensors): the length of
// the header as 8 bytes, little-endian; the header in JSON, with type, extents and position of each tensor; the values.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>
#include <jem/io/extended_size.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jem::inline v0::io {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian, and values are copied as they are");

/// A tensor as a file holds it: "F32", extents outermost first, values in row-major order.
struct named_tensor {
  std::string dtype;                ///< "F32", "F64", "I32" and the like
  shape extents;                    ///< outermost first
  std::vector<std::uint8_t> bytes;  ///< of the values, little-endian

  friend bool operator==(const named_tensor&, const named_tensor&) = default;
};

/// The tensors of a file under their names.
using tensor_map = std::map<std::string, named_tensor>;

/// The format's `__metadata__`: names and texts in addition to the tensors.
using file_metadata = std::map<std::string, std::string>;

namespace detail {

/// The number of bytes of one value; 0 for a type that the format does not know.
constexpr std::uint64_t dtype_size(std::string_view dtype) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) { return std::ranges::find(names, dtype) != names.end(); };
  if (is_one_of({"F64", "I64", "U64"})) return 8;
  if (is_one_of({"F32", "I32", "U32"})) return 4;
  if (is_one_of({"F16", "BF16", "I16", "U16"})) return 2;
  return is_one_of({"I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2"}) ? 1 : 0;
}

/// The tensors in the order of the file: those with the largest values first, as the format's own library writes them, so that every tensor
/// is aligned. Throws std::invalid_argument as encode_safetensors does.
inline std::vector<const tensor_map::value_type*> in_file_order(const tensor_map& tensors) {
  std::vector<const tensor_map::value_type*> order;
  for (const auto& entry : tensors) {
    const auto& [name, tensor] = entry;
    const auto size            = static_cast<std::uint64_t>(tensor.extents.size()) * dtype_size(tensor.dtype);
    if (dtype_size(tensor.dtype) == 0 || size != tensor.bytes.size() || name == "__metadata__") {
      fail("safetensors", "a tensor with a known type and as many bytes as its shape says",
           name + ", " + tensor.dtype + " " + to_string(tensor.extents) + " with " + std::to_string(tensor.bytes.size()) + " bytes");
    }
    order.push_back(&entry);
  }
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    const auto left = dtype_size(a->second.dtype), right = dtype_size(b->second.dtype);
    return left != right ? left > right : a->first < b->first;
  });
  return order;
}

inline std::string to_text(const nlohmann::ordered_json& header) {
  try {
    return header.dump();
  } catch (const nlohmann::json::type_error& e) { fail("safetensors", "names in UTF-8", e.what()); }
}

}  // namespace detail

/// The bytes of a safetensors file. Throws std::invalid_argument for a tensor whose type is unknown, whose bytes do not fit its
/// extents or whose name is no UTF-8.
inline std::vector<std::uint8_t> encode_safetensors(const tensor_map& tensors, const file_metadata& metadata = {}) {
  const auto order         = detail::in_file_order(tensors);
  nlohmann::ordered_json j = nlohmann::ordered_json::object();
  if (!metadata.empty()) j["__metadata__"] = metadata;
  std::uint64_t end = 0;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    auto extents               = nlohmann::ordered_json::array();
    for (index_t axis = 0; axis < tensor.extents.rank(); ++axis) extents.push_back(tensor.extents[axis]);
    j[name] = {{"dtype", tensor.dtype}, {"shape", extents}, {"data_offsets", {end, end + tensor.bytes.size()}}};
    end += tensor.bytes.size();
  }
  std::string header = detail::to_text(j);
  header.resize((header.size() + 7) / 8 * 8, ' ');  // the values start aligned
  const std::uint64_t length = header.size();
  std::vector<std::uint8_t> bytes(8);
  bytes.reserve(8 + length + end);
  std::memcpy(bytes.data(), &length, 8);
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (const auto* entry : order) bytes.insert(bytes.end(), entry->second.bytes.begin(), entry->second.bytes.end());
  return bytes;
}

namespace detail {

/// A header as JSON. Two things that the parser accepts are errors here: a name that occurs twice, and lists that are nested so
/// deeply that a recursive function would exhaust the stack.
inline nlohmann::json parse_header(std::string_view file, std::span<const std::uint8_t> text) {
  using event = nlohmann::json::parse_event_t;
  std::set<std::string> names;
  const auto check = [&](int depth, event e, const nlohmann::json& parsed) {
    if ((e == event::array_start || e == event::object_start) && depth > 2) fail_file(file, 8, "a header of three levels", "a fourth");
    if (e == event::key && depth == 1 && !names.insert(parsed.get<std::string>()).second) {
      fail_file(file, 8, "tensors with names of their own", concat("two named ", parsed.get<std::string>()));
    }
    return true;
  };
  try {
    auto header = nlohmann::json::parse(text.begin(), text.end(), check);
    if (!header.is_object()) fail_file(file, 8, "a JSON object", header.type_name());
    return header;
  } catch (const nlohmann::json::parse_error& e) {
    fail_file(file, 8 + (e.byte > 0 ? e.byte - 1 : 0), "a header in JSON", e.what());
  } catch (const nlohmann::json::exception& e) {  // a number out of range
    fail_file(file, 8, "a header in JSON", e.what());
  }
}

/// The length of a file's header in bytes.
inline std::uint64_t header_length(std::span<const std::uint8_t> bytes, std::string_view file) {
  if (bytes.size() < 8) fail_file(file, bytes.size(), "the length of the header in 8 bytes", "the end of the file");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8) {
    fail_file(file, 0, concat("a header of at most ", bytes.size() - 8, " bytes, the rest of the file,"), std::to_string(length));
  }
  return length;
}

struct tensor_entry {
  std::string name, dtype;
  shape extents;
  std::uint64_t begin, end;
};

inline bool is_unsigned_list(const nlohmann::json& j) {
  return j.is_array() && std::ranges::all_of(j, [](const auto& number) { return number.is_number_unsigned(); });
}

/// The entry of one tensor in the header. It has to be consistent: its number of bytes is that of its type and shape.
inline tensor_entry parse_entry(std::string_view file, const std::string& name, const nlohmann::json& j) {
  const auto refuse   = [&](std::string_view expected) { fail_file(file, 8, concat("tensor ", name, " with ", expected), j.dump()); };
  const bool complete = j.is_object() && j.contains("dtype") && j.contains("shape") && j.contains("data_offsets");
  if (!complete) refuse("dtype, shape and data_offsets");
  const auto &dtype = j["dtype"], &extents = j["shape"], &offsets = j["data_offsets"];
  if (!dtype.is_string() || dtype_size(dtype.get<std::string>()) == 0) refuse("a known dtype");
  if (!is_unsigned_list(extents) || std::ssize(extents) > shape::max_rank) refuse("a shape of at most 5 extents");
  if (!is_unsigned_list(offsets) || offsets.size() != 2) refuse("two data_offsets");
  tensor_entry entry{name, dtype.get<std::string>(), {}, offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
  std::uint64_t size = dtype_size(entry.dtype);
  for (const auto& number : extents) {
    const auto extent = number.get<std::uint64_t>();
    size              = extended_size(size, extent);
    if (size == 0) refuse("a shape of at most 2^60 bytes");
    entry.extents.push_back(static_cast<index_t>(extent));
  }
  if (entry.extents.size() == 0) size = 0;
  if (entry.begin > entry.end || entry.end - entry.begin != size) refuse(concat("data_offsets that are ", size, " bytes apart"));
  return entry;
}

}  // namespace detail

/// The tensors in the bytes of a safetensors file; `file` names it in errors. Throws std::runtime_error with the byte, and what
/// was expected and found there, for anything but a whole file: the tensors have to fill the rest of the file without
/// gaps or overlaps.
inline tensor_map decode_safetensors(std::span<const std::uint8_t> bytes, std::string_view file) {
  const auto length = detail::header_length(bytes, file);
  const auto header = detail::parse_header(file, bytes.subspan(8, length));
  const auto data   = bytes.subspan(8 + length);
  std::vector<detail::tensor_entry> entries;
  for (const auto& [name, j] : header.items()) {
    if (name != "__metadata__") entries.push_back(detail::parse_entry(file, name, j));
  }
  std::ranges::sort(entries, {}, [](const auto& e) { return std::pair(e.begin, e.end); });
  tensor_map tensors;
  std::uint64_t at = 0;
  for (auto& e : entries) {
    const std::string tensor = concat("tensor ", e.name);
    if (e.begin != at) fail_file(file, 8 + length + at, tensor + " to begin at offset " + std::to_string(at), std::to_string(e.begin));
    if (e.end > data.size()) fail_file(file, bytes.size(), tensor + " to end at offset " + std::to_string(e.end), "the end of the file");
    at                  = e.end;
    const auto contents = data.subspan(e.begin, e.end - e.begin);
    tensors.emplace(e.name, named_tensor{std::move(e.dtype), e.extents, {contents.begin(), contents.end()}});
  }
  if (at != data.size()) fail_file(file, 8 + length + at, "the end of the file", std::to_string(data.size() - at) + " more bytes");
  return tensors;
}

/// The metadata of a file; empty if it has none. Throws std::runtime_error for bytes without a valid header, and for metadata
/// that are not texts.
inline file_metadata decode_metadata(std::span<const std::uint8_t> bytes, std::string_view file) {
  const auto header = detail::parse_header(file, bytes.subspan(8, detail::header_length(bytes, file)));
  file_metadata metadata;
  if (!header.contains("__metadata__")) return metadata;
  if (!header["__metadata__"].is_object()) fail_file(file, 8, "texts in __metadata__", header["__metadata__"].dump());
  for (const auto& [name, text] : header["__metadata__"].items()) {
    if (!text.is_string()) fail_file(file, 8, concat("a text in __metadata__ ", name), text.dump());
    metadata.emplace(name, text.get<std::string>());
  }
  return metadata;
}

}  // namespace jem::inline v0::io
