// SPDX-License-Identifier: MIT
// Reads and writes whole files. A file is written under another name, flushed to the disk and then renamed, so that half of a file is
// never visible, even after a loss of power.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace jem::inline v0::io {

namespace detail {

struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using file_handle = std::unique_ptr<std::FILE, file_closer>;

/// Throws std::runtime_error with the path and the system's reason.
[[noreturn]] inline void fail_system(const std::filesystem::path& path, std::string_view expected, int code) {
  throw std::runtime_error(path.string() + ": expected " + std::string(expected) + " but received \"" +
                           std::generic_category().message(code) + "\"");
}

/// The first `most` bytes of a source: more(to, room) writes up to `room` bytes and returns how many, fewer only at the end. Memory
/// grows with the bytes that have been read.
template <class F>
std::vector<std::uint8_t> collect_bytes(std::uint64_t most, F more) {
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < most) {
    const std::size_t had = bytes.size(), room = std::min<std::uint64_t>(most - had, std::max<std::size_t>(had, std::size_t{1} << 16));
    bytes.resize(had + room);
    const std::size_t got = more(bytes.data() + had, room);
    bytes.resize(had + got);
    if (got < room) break;
  }
  return bytes;
}

/// Flushes the renaming of files in a folder to the disk. Errors are ignored, since some file systems cannot do it and the file is there.
inline void synchronise_folder(const std::filesystem::path& folder) {
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  (void)::fsync(handle);
  ::close(handle);
}

/// Flushes a file to the disk: 0, or the error number of the system. Files that cannot be synchronised, such as pipes, count as done.
inline int synchronise(std::FILE* file) {
  if (std::fflush(file) != 0) return errno;
  return ::fsync(::fileno(file)) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

}  // namespace detail

/// Writes PATH.part and renames it to PATH, which it replaces. Throws std::runtime_error with the path and the system's reason;
/// then PATH is unchanged and PATH.part is removed.
inline void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  const std::filesystem::path part = path.string() + ".part";
  const std::string expected       = concat("to write ", bytes.size(), " bytes");
  errno                            = 0;
  std::FILE* const file            = std::fopen(part.string().c_str(), "wb");
  if (file == nullptr) detail::fail_system(path, expected, errno);
  const bool written = bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int code           = written ? detail::synchronise(file) : errno;
  if (std::fclose(file) != 0 && code == 0) code = errno;  // some file systems report a full disk only here
  std::error_code renamed;
  if (written && code == 0) {
    std::filesystem::rename(part, path, renamed);
    if (!renamed) return detail::synchronise_folder(path.parent_path());
    code = renamed.value();
  }
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  detail::fail_system(path, expected, code);
}

/// The same for text.
inline void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// All bytes of a file. Throws std::runtime_error with the path and the system's reason.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  errno = 0;
  const detail::file_handle file(std::fopen(path.string().c_str(), "rb"));
  if (file == nullptr) detail::fail_system(path, "a file that can be read", errno);
  return detail::collect_bytes((std::numeric_limits<std::uint64_t>::max)(), [&](std::uint8_t* to, std::size_t room) {
    const std::size_t got = std::fread(to, 1, room, file.get());
    if (std::ferror(file.get()) != 0) detail::fail_system(path, "a file that can be read", errno);
    return got;
  });
}

}  // namespace jem::inline v0::io
