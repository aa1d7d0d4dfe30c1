// SPDX-License-Identifier: MIT
// The bytes of a file that may be packed, known by the bytes that it begins with. What a reader can unpack is a list that its
// caller gives: io::gzip of io/gzip.hpp, which needs zlib; io::xz of io/xz.hpp, which needs liblzma; or none, which needs
// nothing.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>

#include <initializer_list>

namespace jem::inline v0::io {

/// How packed files are told from others: by the ending of the name, and by their first bytes.
struct packing_format {
  std::string_view name, suffix, magic;  ///< "gzip", ".gz", and the first bytes
};

inline constexpr packing_format gzip_format{"gzip", ".gz", {"\x1f\x8b", 2}};  ///< RFC 1952
/// The .xz file format, of XZ Utils.
inline constexpr packing_format xz_format{"xz",
                                          ".xz",
                                          {"\xfd"
                                           "7zXZ\0",
                                           6}};

/// A format and what undoes it. unpack(bytes, most, file) returns the first `most` bytes of the contents; if there are fewer,
/// everything to the end of the file has been checked. Memory grows with what has been unpacked. Throws std::runtime_error with
/// the byte of the packed file for a stream that is damaged or ends early, or other bytes behind it; `file` is its name there.
struct packing {
  packing_format format;  ///< what it is told by
  std::vector<std::uint8_t> (*unpack)(std::span<const std::uint8_t> bytes, std::uint64_t most, std::string_view file);  ///< undoes it
};

/// What a reader can unpack, as an argument: {}, {io::gzip}, {io::gzip, io::xz}.
using packings = std::initializer_list<packing>;

namespace detail {

inline std::string who_unpacks(const packing_format& f) { return concat("jem::io::", f.name, " of jem/io/", f.name, ".hpp unpacks"); }

inline bool begins_with(std::span<const std::uint8_t> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(), [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace detail

/// The first `most` bytes of the contents of `bytes`, which are plain or packed by one of `known`. Throws std::runtime_error as
/// `packing` says, and for a packing that is not among those.
inline std::vector<std::uint8_t> unpack(std::span<const std::uint8_t> bytes, std::uint64_t most, std::string_view file, packings known) {
  for (const packing& p : known) {
    if (detail::begins_with(bytes, p.format.magic)) return p.unpack(bytes, most, file);
  }
  for (const packing_format& f : {gzip_format, xz_format}) {
    if (detail::begins_with(bytes, f.magic)) {
      fail_file(file, 0, "plain bytes", std::string(f.name) + ", which " + detail::who_unpacks(f) + ", where it is asked for");
    }
  }
  const auto first = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes.size())));
  return {first.begin(), first.end()};
}

/// PATH, or else PATH with the ending of one of the packings behind it. Throws std::runtime_error if there is none.
inline std::filesystem::path find_packed(const std::filesystem::path& path, packings known) {
  if (std::filesystem::exists(path)) return path;
  const auto with = [&](const packing_format& f) { return std::filesystem::path(path.string() + std::string(f.suffix)); };
  std::string endings;
  for (const packing& p : known) {
    if (std::filesystem::exists(with(p.format))) return with(p.format);
    endings += (endings.empty() ? ", or the same with " : " or ") + std::string(p.format.suffix);
  }
  if (!endings.empty()) endings += ',';
  for (const packing_format& f : {gzip_format, xz_format}) {
    if (std::filesystem::exists(with(f))) {
      fail_file(path.string(), 0, concat("this file", endings),
                concat("the same with ", f.suffix, ", which ", detail::who_unpacks(f), ", where it is asked for"));
    }
  }
  fail_file(path.string(), 0, concat("this file", endings), "none");
}

}  // namespace jem::inline v0::io
