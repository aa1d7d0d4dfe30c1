// SPDX-License-Identifier: MIT
// Reads files that may be compressed, which is recognised by their first bytes. The caller gives a list of the formats that a reader
// can decompress: io::gzip of io/gzip.hpp, which needs zlib; io::xz of io/xz.hpp, which needs liblzma; or none, which needs nothing.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>

#include <initializer_list>

namespace jem::inline v0::io {

/// How compressed files are recognised: by the ending of the name, and by their first bytes.
struct compression_format {
  std::string_view name, suffix, magic;  ///< "gzip", ".gz", and the first bytes
};

inline constexpr compression_format gzip_format{"gzip", ".gz", {"\x1f\x8b", 2}};  ///< RFC 1952
/// The .xz file format, of XZ Utils.
inline constexpr compression_format xz_format{"xz",
                                              ".xz",
                                              {"\xfd"
                                               "7zXZ\0",
                                               6}};

/// A format and its decompressor. decompress(bytes, most, file) returns the first `most` bytes of the contents; if there are fewer,
/// everything to the end of the file has been checked. Memory grows with the decompressed data. Throws std::runtime_error with the byte
/// of the compressed file for a stream that is damaged, ends early, or is followed by other bytes; `file` is its name in messages.
struct compression {
  compression_format format;  ///< how it is recognised
  std::vector<std::uint8_t> (*decompress)(std::span<const std::uint8_t> bytes, std::uint64_t most,
                                          std::string_view file);  ///< the decompressor
};

/// The formats that a reader can decompress, as an argument: {}, {io::gzip}, {io::gzip, io::xz}.
using compressions = std::initializer_list<compression>;

namespace detail {

inline std::string who_decompresses(const compression_format& f) {
  return concat("jem::io::", f.name, " of jem/io/", f.name, ".hpp decompresses");
}

inline bool begins_with(std::span<const std::uint8_t> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(), [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace detail

/// The first `most` bytes of the contents of `bytes`, which are plain or compressed by one of `known`. Throws std::runtime_error as
/// `compression` says, and for a compression that is not among those.
inline std::vector<std::uint8_t> decompress(std::span<const std::uint8_t> bytes, std::uint64_t most, std::string_view file,
                                            compressions known) {
  for (const compression& c : known) {
    if (detail::begins_with(bytes, c.format.magic)) return c.decompress(bytes, most, file);
  }
  for (const compression_format& f : {gzip_format, xz_format}) {
    if (detail::begins_with(bytes, f.magic)) {
      fail_file(file, 0, "plain bytes", std::string(f.name) + ", which " + detail::who_decompresses(f) + ", where it is asked for");
    }
  }
  const auto first = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes.size())));
  return {first.begin(), first.end()};
}

/// PATH if there is such a file, or else PATH with the ending of one of `known`. Throws std::runtime_error if there is none.
inline std::filesystem::path find_compressed(const std::filesystem::path& path, compressions known) {
  if (std::filesystem::exists(path)) return path;
  const auto with = [&](const compression_format& f) { return std::filesystem::path(path.string() + std::string(f.suffix)); };
  std::string endings;
  for (const compression& c : known) {
    if (std::filesystem::exists(with(c.format))) return with(c.format);
    endings += (endings.empty() ? ", or the same with " : " or ") + std::string(c.format.suffix);
  }
  if (!endings.empty()) endings += ',';
  for (const compression_format& f : {gzip_format, xz_format}) {
    if (std::filesystem::exists(with(f))) {
      fail_file(path.string(), 0, concat("this file", endings),
                concat("the same with ", f.suffix, ", which ", detail::who_decompresses(f), ", where it is asked for"));
    }
  }
  fail_file(path.string(), 0, concat("this file", endings), "none");
}

}  // namespace jem::inline v0::io
