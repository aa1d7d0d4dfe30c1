// SPDX-License-Identifier: MIT
// IDX files, plain or gzip, the format of MNIST (LeCun, Cortes and Burges, 1998) and Fashion-MNIST: a magic number 0x000008rr for
// bytes with rr axes, the extents as 32-bit big-endian numbers, the values. What a header says is believed only as far as the
// file really goes. Byte offsets in messages are those of the uncompressed data.
#pragma once

#include <jem/data/dataset.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace jem::inline v0::data {

/// The contents of a file of bytes.
struct idx_file {
  shape extents;                     // (n) for labels, (n, h, w) for images
  std::vector<std::uint8_t> values;  // in row-major order
};

namespace detail {

/// Reads a plain or gzip file forwards.
class byte_source {
 public:
  explicit byte_source(const std::filesystem::path& path) : name_(path.string()), file_(gzopen(name_.c_str(), "rb")) {
    if (file_ == nullptr) fail_file(name_, 0, "a file that can be read", std::generic_category().message(errno));
    gzbuffer(file_.get(), 1 << 17);
  }

  const std::string& name() const { return name_; }
  std::uint64_t offset() const { return offset_; }

  /// Up to `count` bytes; fewer only at the end of the data.
  std::size_t read(std::uint8_t* to, std::size_t count) {
    const int got = gzread(file_.get(), to, static_cast<unsigned>(count));
    offset_ += static_cast<std::uint64_t>(std::max(got, 0));
    if (got != static_cast<int>(count)) check();
    return static_cast<std::size_t>(got);
  }

  std::uint32_t big_endian(std::string_view what) {
    std::uint8_t bytes[4];
    if (read(bytes, 4) < 4) fail_file(name_, offset_, what, "the end of the file");
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
  }

 private:
  /// Why a read was short: nothing is wrong at the end of whole data.
  void check() {
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code == Z_OK || code == Z_STREAM_END) return;
    if (code == Z_ERRNO) fail_file(name_, offset_, "data that can be read", std::generic_category().message(errno));
    fail_file(name_, offset_, "a whole gzip stream", code == Z_BUF_ERROR ? "one that ends early" : "a damaged one");
  }

  struct closer {
    void operator()(gzFile file) const { gzclose(file); }
  };

  std::string name_;
  std::unique_ptr<std::remove_pointer_t<gzFile>, closer> file_;
  std::uint64_t offset_ = 0;
};

inline std::string hexadecimal(std::uint32_t value) {
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
  return text;
}

inline shape read_idx_header(byte_source& file, index_t rank) {
  const std::uint32_t magic = file.big_endian("a magic number of 4 bytes");
  const index_t axes        = magic & 0xFF;
  if (magic >> 8 != 8 || axes < 1 || axes > 4 || (rank != 0 && axes != rank)) {
    fail_file(file.name(), 0,
              "the magic number " + (rank != 0 ? hexadecimal(0x800u + static_cast<std::uint32_t>(rank)) : "0x0000080r, 1 <= r <= 4"),
              hexadecimal(magic));
  }
  shape extents;
  index_t count = 1;  // extents of 0 left out: without a single image, one image still has a size
  for (index_t axis = 0; axis < axes; ++axis) {
    const index_t extent = file.big_endian("an extent of 4 bytes");
    extents.push_back(extent);
    if (extent == 0) continue;
    if (count > (index_t{1} << 48) / extent) fail_file(file.name(), 4, "extents of at most 2^48 values", to_string(extents));
    count *= extent;
  }
  return extents;
}

}  // namespace detail

/// The contents of an IDX file of bytes; `rank`, if given, is the number of axes that it has to have. Memory grows with what
/// has been read, not with what the header promises. Throws std::runtime_error with file, byte, and what was expected and found
/// for a file that is missing, truncated, damaged or longer than its header says.
inline idx_file read_idx(const std::filesystem::path& path, index_t rank = 0) {
  constexpr std::size_t chunk = std::size_t{1} << 20;
  detail::byte_source file(path);
  idx_file result{detail::read_idx_header(file, rank), {}};
  const auto count = static_cast<std::size_t>(result.extents.size());
  auto& values     = result.values;
  while (values.size() < count) {
    const std::size_t had = values.size(), wanted = std::min(chunk, count - had);
    values.resize(had + wanted);
    const std::size_t got = file.read(values.data() + had, wanted);
    if (got < wanted) {
      fail_file(file.name(), file.offset(), std::to_string(count) + " values for " + to_string(result.extents),
                "the end of the file after " + std::to_string(had + got));
    }
  }
  std::uint8_t more{};
  if (file.read(&more, 1) != 0) fail_file(file.name(), file.offset() - 1, "the end of the file", "more bytes");
  return result;
}

namespace detail {

inline std::filesystem::path find_idx(const std::filesystem::path& directory, const std::string& name) {
  const auto plain = directory / name, packed = directory / (name + ".gz");
  if (std::filesystem::exists(plain)) return plain;
  if (std::filesystem::exists(packed)) return packed;
  fail_file(plain.string(), 0, "this file, or the same with .gz", "neither");
}

}  // namespace detail

/// Images (n, h, w, 1) as value/127.5 − 1 in [−1, 1] and labels in [0, classes) from DIRECTORY/SPLIT-images-idx3-ubyte and
/// DIRECTORY/SPLIT-labels-idx1-ubyte, each plain or with .gz behind; the split is "train" or "t10k" by custom. Throws
/// std::runtime_error with file and byte for files that read_idx refuses, another number of labels than images, or a label
/// that is no class.
template <tensor_value T>
dataset<T> read_idx_dataset(const std::filesystem::path& directory, const std::string& split, index_t classes = 10) {
  using V = typename T::value_type;
  expect_at_least("read_idx_dataset", "classes", 1, classes);
  const auto image_path = detail::find_idx(directory, split + "-images-idx3-ubyte");
  const auto label_path = detail::find_idx(directory, split + "-labels-idx1-ubyte");
  const auto images     = read_idx(image_path, 3);
  const auto classified = read_idx(label_path, 1);
  const shape& s        = images.extents;
  if (classified.extents[0] != s[0]) {
    fail_file(label_path.string(), 4, std::to_string(s[0]) + " labels, one for each image,", std::to_string(classified.extents[0]));
  }
  std::vector<std::int32_t> y(classified.values.begin(), classified.values.end());
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] >= classes) fail_file(label_path.string(), 8 + i, "a label in [0, " + std::to_string(classes) + ")", std::to_string(y[i]));
  }
  std::vector<V> x(images.values.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<V>(images.values[i]) / V(127.5) - V(1);
  return {T(shape{s[0], s[1], s[2], 1}, x), labels<T>(shape{s[0]}, y), classes};
}

}  // namespace jem::inline v0::data
