// SPDX-License-Identifier: MIT
// IDX files, plain or compressed, the format of MNIST (LeCun, Cortes and Burges, 1998) and Fashion-MNIST: a magic number 0x000008rr for
// bytes with rr axes, the extents as 32-bit big-endian numbers, the values. A header that claims more than the file holds is
// refused. Byte offsets in messages are those of the decompressed data, except for damage to the compressed stream itself.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/pixels.hpp>
#include <jem/io/gzip.hpp>

namespace jem::inline v0::data {

/// The contents of a file of bytes.
struct idx_file {
  shape extents;                     // (n) for labels, (n, h, w) for images
  std::vector<std::uint8_t> values;  // in row-major order
};

namespace detail {

/// The 32-bit big-endian number at offset `at` of the first bytes of a file; `what` describes it in messages.
inline std::uint32_t big_endian(std::span<const std::uint8_t> head, std::size_t at, std::string_view file, std::string_view what) {
  if (head.size() < at + 4) fail_file(file, head.size(), what, "the end of the file");
  return std::uint32_t{head[at]} << 24 | std::uint32_t{head[at + 1]} << 16 | std::uint32_t{head[at + 2]} << 8 | head[at + 3];
}

inline std::string hexadecimal(std::uint32_t value) {
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
  return text;
}

inline shape parse_idx_header(std::span<const std::uint8_t> head, std::string_view file, index_t rank) {
  const std::uint32_t magic = big_endian(head, 0, file, "a magic number of 4 bytes");
  const index_t axes        = magic & 0xFF;
  if (magic >> 8 != 8 || axes < 1 || axes > 4 || (rank != 0 && axes != rank)) {
    fail_file(file, 0,
              concat("the magic number ", (rank != 0 ? hexadecimal(0x800u + static_cast<std::uint32_t>(rank)) : "0x0000080r, 1 <= r <= 4")),
              hexadecimal(magic));
  }
  shape extents;
  index_t count = 1;  // without extents of 0: the other extents have to be possible as well
  for (index_t axis = 0; axis < axes; ++axis) {
    const index_t extent = big_endian(head, static_cast<std::size_t>(4 + 4 * axis), file, "an extent of 4 bytes");
    extents.push_back(extent);
    if (extent == 0) continue;
    if (count > (index_t{1} << 48) / extent) fail_file(file, 4, "extents of at most 2^48 values", to_string(extents));
    count *= extent;
  }
  return extents;
}

}  // namespace detail

/// The contents of an IDX file of bytes, plain or compressed by one of `known`; `file` names it in errors. `rank`, if given, is the
/// number of axes that it has to have. Memory grows with the decompressed data, not with the size that the header claims. Throws
/// std::runtime_error with file, byte, and what was expected and found for a file that is truncated, damaged or longer than its
/// header says.
inline idx_file decode_idx(std::span<const std::uint8_t> bytes, std::string_view file, index_t rank = 0,
                           io::compressions known = {io::gzip}) {
  constexpr std::uint64_t longest_header = 20;  // with four axes
  const shape extents                    = detail::parse_idx_header(io::decompress(bytes, longest_header, file, known), file, rank);
  const auto header                      = static_cast<std::uint64_t>(4 + 4 * extents.rank());
  const auto count                       = static_cast<std::uint64_t>(extents.size());
  auto values                            = io::decompress(bytes, header + count + 1, file, known);
  if (values.size() < header + count) {
    fail_file(file, values.size(), std::to_string(count) + " values for " + to_string(extents),
              concat("the end of the file after ", values.size() - header));
  }
  if (values.size() > header + count) fail_file(file, header + count, "the end of the file", "more bytes");
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(header));
  return {extents, std::move(values)};
}

/// The same for a file. Throws std::runtime_error, too, for one that cannot be read.
inline idx_file read_idx(const std::filesystem::path& path, index_t rank = 0, io::compressions known = {io::gzip}) {
  return decode_idx(io::read_file(path), path.string(), rank, known);
}

/// Images (n, h, w, 1) as value/127.5 − 1 in [−1, 1] and labels in [0, classes) from DIRECTORY/SPLIT-images-idx3-ubyte and
/// DIRECTORY/SPLIT-labels-idx1-ubyte, each plain or compressed, with the format's ending after its name; the split is usually "train" or
/// "t10k". Throws std::runtime_error with file and byte for files that read_idx refuses, another number of labels than images,
/// or a label that is no class.
template <tensor_value T>
dataset<T> read_idx_dataset(const std::filesystem::path& directory, const std::string& split, index_t classes = 10,
                            io::compressions known = {io::gzip}) {
  using V = typename T::value_type;
  expect_at_least("read_idx_dataset", "classes", 1, classes);
  const auto image_path = io::find_compressed(directory / (split + "-images-idx3-ubyte"), known);
  const auto label_path = io::find_compressed(directory / (split + "-labels-idx1-ubyte"), known);
  const auto images     = read_idx(image_path, 3, known);
  const auto classified = read_idx(label_path, 1, known);
  const shape& s        = images.extents;
  if (classified.extents[0] != s[0]) {
    fail_file(label_path.string(), 4, std::to_string(s[0]) + " labels, one for each image,", std::to_string(classified.extents[0]));
  }
  std::vector<std::int32_t> y(classified.values.begin(), classified.values.end());
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] >= classes) fail_file(label_path.string(), 8 + i, concat("a label in [0, ", classes, ")"), std::to_string(y[i]));
  }
  T x(shape{s[0], s[1], s[2], 1});
  const std::size_t size = static_cast<std::size_t>(s.row_size());
  upload_rows(x, [&](index_t i, V* to) {
    const auto* const from = images.values.data() + static_cast<std::size_t>(i) * size;
    for (std::size_t j = 0; j < size; ++j) to[j] = from_byte<V>(from[j]);
  });
  return {std::move(x), labels<T>(shape{s[0]}, y), classes};
}

}  // namespace jem::inline v0::data
