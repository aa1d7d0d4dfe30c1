// SPDX-License-Identifier: MIT
// The exact state of a run in a file: a run that is loaded from it continues with the same bits. The file is a safetensors file with the
// parts of the state (state_parts.hpp); its header says what it is.
#pragma once

#include <jem/core/version.hpp>
#include <jem/io/fingerprint.hpp>
#include <jem/io/state_parts.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jem::inline v0::io {

namespace detail {

inline constexpr const char* checkpoint_format = "jem-checkpoint-1";

inline std::string version_text() { return concat(version.major, ".", version.minor, ".", version.patch); }

/// Throws std::runtime_error unless that entry of the header is the expected text.
inline void expect_entry(const file_metadata& metadata, const std::string& name, const std::string& expected, std::string_view file) {
  const auto found     = metadata.find(name);
  const std::string is = found == metadata.end() ? "none" : found->second;
  if (is != expected) throw std::runtime_error(concat(file, ": expected ", name, " ", expected, " but found ", is));
}

}  // namespace detail

/// Writes a state to a file, which it replaces as a whole or not at all. `settings` is a text with the settings of the run. The file cannot
/// be loaded with another text, since a run that continues with other settings is another run. The header has `format`, `version` (that of
/// the library), `settings` (a hash of the text), `shard` and `shards`. Throws what write_file throws.
template <class S>
  requires(has_parts<const S> || parameterised<const S>)
void save_checkpoint(const std::filesystem::path& path, const S& state, std::string_view settings = {}) {
  write_file(path, encode_safetensors(parts_of(state), {{"format", detail::checkpoint_format},
                                                        {"version", detail::version_text()},
                                                        {"settings", fingerprint(settings)},
                                                        {"shard", "0"},
                                                        {"shards", "1"}}));
}

/// Reads a checkpoint into a state that was made with the same settings; the run continues from there. Throws std::runtime_error, and
/// leaves the state unchanged, for a file that is no checkpoint of this format, has other settings or is one of several shards, and what
/// assign_parts throws.
template <std::copyable S>
  requires(has_parts<S> || parameterised<S>)
void load_checkpoint(const std::filesystem::path& path, S& state, std::string_view settings = {}) {
  const auto bytes       = read_file(path);
  const std::string file = path.string();
  const auto metadata    = decode_metadata(bytes, file);
  detail::expect_entry(metadata, "format", detail::checkpoint_format, file);
  detail::expect_entry(metadata, "settings", fingerprint(settings), file);
  detail::expect_entry(metadata, "shards", "1", file);
  assign_parts(decode_safetensors(bytes, file), state, file);
}

}  // namespace jem::inline v0::io
