// SPDX-License-Identifier: MIT
// A short identifier of a text, which distinguishes the files of different runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jem::inline v0::io {

/// The 64-bit FNV-1a hash of a text, as 16 hexadecimal digits. Two texts rarely have the same one; it is no protection against forgery.
inline std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 15];
  return digits;
}

}  // namespace jem::inline v0::io
