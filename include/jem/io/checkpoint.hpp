// SPDX-License-Identifier: MIT
// The state of a run in a file, exactly: whoever loads it goes on to the very bits. A state says its parts by one declaration,
//
//     static void each_part(auto& self, auto f) { f("net", self.net), f("iteration", self.iteration); }
//
// and a part is a tensor, a number, a std::vector of numbers, a network, or a type that says its parts. The file is a safetensors file:
// each tensor and number under its path, "moments.first.layers.0.weight", and in the header what the file is.
#pragma once

#include <jem/core/version.hpp>
#include <jem/io/safetensors.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace jem::inline v0 {

namespace archetype {

struct part_visitor {
  template <class M>
  void operator()(std::string_view, M&) const {}
};

}  // namespace archetype

/// A state that says its parts: each_part(self, f) calls f("name", member) for each of them, always in the same order.
template <class S>
concept has_parts = requires(S& s) { std::remove_const_t<S>::each_part(s, archetype::part_visitor{}); };

}  // namespace jem::inline v0

namespace jem::inline v0::io {

namespace detail {

/// What a file keeps as it is: numbers, truth values, enumerators.
template <class V>
concept plain_number = std::is_arithmetic_v<V> || std::is_enum_v<V>;

template <class V>
inline constexpr bool is_list = false;
template <plain_number V>
inline constexpr bool is_list<std::vector<V>> = !std::same_as<V, bool>;

/// "F32", "I64", "U8" and the like.
template <plain_number V>
std::string number_dtype() {
  if constexpr (std::is_enum_v<V>) {
    return number_dtype<std::underlying_type_t<V>>();
  } else if constexpr (std::same_as<V, bool>) {
    return "BOOL";
  } else {
    static_assert(sizeof(V) <= 8, "a checkpoint holds numbers of at most 64 bits");
    return (std::is_floating_point_v<V> ? "F" : std::is_signed_v<V> ? "I" : "U") + std::to_string(8 * sizeof(V));
  }
}

template <plain_number V>
named_tensor to_named_tensor(const V* values, std::size_t n) {
  named_tensor result{number_dtype<V>(), {static_cast<index_t>(n)}, std::vector<std::uint8_t>(n * sizeof(V))};
  if (n > 0) std::memcpy(result.bytes.data(), values, result.bytes.size());
  return result;
}

/// f(path, leaf) for each tensor, number and list of a part; after(path, state) behind the parts of each type that says them.
template <class P, class F, class After>
void visit_parts(const std::string& path, P& part, F& f, After& after) {
  using jem::detail::child_name;
  using plain = std::remove_const_t<P>;
  if constexpr (tensor_like<plain> || plain_number<plain> || is_list<plain>) {
    f(path, part);
  } else if constexpr (has_parts<P>) {
    plain::each_part(part,
                     [&](std::string_view name, auto& member) { visit_parts(child_name(path, std::string(name)), member, f, after); });
    after(path, part);
  } else {
    static_assert(parameterised<P>,
                  "a part of a state is a tensor, a number, a std::vector of numbers, a network, or a type with each_part(self, f)");
    for_each_named_tensor([&](const std::string& name, auto& x) { f(child_name(path, name), x); }, part);
  }
}

struct part_writer {
  tensor_map& tensors;

  template <class L>
  void operator()(const std::string& path, const L& leaf) const {
    bool is_new = false;
    if constexpr (tensor_like<L>) {
      is_new = tensors.emplace(path, io::to_named_tensor(leaf)).second;
    } else if constexpr (is_list<L>) {
      is_new = tensors.emplace(path, to_named_tensor(leaf.data(), leaf.size())).second;
    } else {
      is_new = tensors.emplace(path, to_named_tensor(&leaf, 1)).second;
    }
    if (!is_new) fail("checkpoint", "parts with names of their own", "two named " + path);
  }
};

struct part_reader {
  const tensor_map& tensors;
  std::string_view file;
  std::set<std::string> seen = {};

  template <class L>
  void operator()(const std::string& path, L& leaf) {
    seen.insert(path);
    if constexpr (tensor_like<L>) {
      const named_tensor& found = find_tensor<typename L::value_type>(tensors, path, file);
      if (!(found.extents == leaf.extents())) fail_tensor(file, path, to_string(leaf.extents()), to_string(found.extents));
      leaf = uploaded<L>(found);
    } else if constexpr (is_list<L>) {
      const named_tensor& found = find<typename L::value_type>(path);
      if (found.extents.rank() != 1) fail_tensor(file, path, "a list (n)", to_string(found.extents));
      leaf.resize(static_cast<std::size_t>(found.extents.size()));
      if (!leaf.empty()) std::memcpy(leaf.data(), found.bytes.data(), found.bytes.size());
    } else {
      const named_tensor& found = find<L>(path);
      if (!(found.extents == shape{1})) fail_tensor(file, path, "one number (1)", to_string(found.extents));
      if constexpr (std::same_as<L, bool>) {
        leaf = found.bytes[0] != 0;
      } else {
        std::memcpy(&leaf, found.bytes.data(), sizeof(L));
      }
    }
  }

 private:
  template <class V>
  const named_tensor& find(const std::string& path) const {
    const auto found = tensors.find(path);
    if (found == tensors.end()) fail_tensor(file, path, "it in the file", "no tensor of this name");
    if (found->second.dtype != number_dtype<V>()) fail_tensor(file, path, number_dtype<V>(), found->second.dtype);
    return found->second;
  }
};

inline constexpr const char* checkpoint_format = "jem-checkpoint-1";

/// FNV-1a of a text, in 16 hexadecimal digits: it tells texts apart, and keeps none secret.
inline std::string hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 15];
  return digits;
}

inline std::string version_text() { return concat(version.major, ".", version.minor, ".", version.patch); }

/// Throws std::runtime_error unless that entry of the header is the expected text.
inline void expect_entry(const file_metadata& metadata, const std::string& name, const std::string& expected, std::string_view file) {
  const auto found     = metadata.find(name);
  const std::string is = found == metadata.end() ? "none" : found->second;
  if (is != expected) throw std::runtime_error(concat(file, ": expected ", name, " ", expected, " but found ", is));
}

}  // namespace detail

/// The parts of a state under their paths. Throws std::invalid_argument for two of one name.
template <class S>
  requires(has_parts<const S> || parameterised<const S>)
tensor_map parts_of(const S& state) {
  tensor_map tensors;
  detail::part_writer write{tensors};
  const auto nothing = [](const std::string&, const auto&) {};
  detail::visit_parts(std::string(), state, write, nothing);
  return tensors;
}

/// Sets a state from the parts of one with the same settings; `file` names it in errors. A type may check what it was given by a
/// member check_parts(), which throws std::invalid_argument. Throws std::runtime_error with the file and the part for one that is
/// missing, has another type or other extents, is refused by its type, or that the state does not have; then the state is what it was.
template <std::copyable S>
  requires(has_parts<S> || parameterised<S>)
void assign_parts(const tensor_map& tensors, S& state, std::string_view file) {
  S loaded = state;
  detail::part_reader read{tensors, file};
  const auto check = [&](const std::string& path, const auto& part) {
    if constexpr (requires { part.check_parts(); }) {
      try {
        part.check_parts();
      } catch (const std::invalid_argument& e) { throw std::runtime_error(concat(file, ", ", path, ": ", e.what())); }
    }
  };
  detail::visit_parts(std::string(), loaded, read, check);
  for (const auto& [name, tensor] : tensors) {
    if (!read.seen.contains(name)) detail::fail_tensor(file, name, "no such part of this state", to_string(tensor.extents));
  }
  state = std::move(loaded);
}

/// Writes a state to a file, which it replaces as a whole or not at all. `settings` is a text of what the run was told: whoever loads
/// the file with another text is refused, since a run that goes on under other settings is another run. The header has `format`,
/// `version` (the library's), `settings` (a hash of the text), `shard` and `shards`. Throws what write_file throws.
template <class S>
  requires(has_parts<const S> || parameterised<const S>)
void save_checkpoint(const std::filesystem::path& path, const S& state, std::string_view settings = {}) {
  write_file(path, encode_safetensors(parts_of(state), {{"format", detail::checkpoint_format},
                                                        {"version", detail::version_text()},
                                                        {"settings", detail::hash_of(settings)},
                                                        {"shard", "0"},
                                                        {"shards", "1"}}));
}

/// Reads it into a state that was made with the same settings, which goes on from there. Throws std::runtime_error, and leaves the state
/// as it was, for a file that is no checkpoint of this format, is of other settings or one of several shards, and what assign_parts
/// throws.
template <std::copyable S>
  requires(has_parts<S> || parameterised<S>)
void load_checkpoint(const std::filesystem::path& path, S& state, std::string_view settings = {}) {
  const auto bytes       = read_file(path);
  const std::string file = path.string();
  const auto metadata    = decode_metadata(bytes, file);
  detail::expect_entry(metadata, "format", detail::checkpoint_format, file);
  detail::expect_entry(metadata, "settings", detail::hash_of(settings), file);
  detail::expect_entry(metadata, "shards", "1", file);
  assign_parts(decode_safetensors(bytes, file), state, file);
}

}  // namespace jem::inline v0::io
