// SPDX-License-Identifier: MIT
// CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): records of
// one or two label bytes and three planes of 32×32 bytes, red, green, blue. Other data sets have the same form.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/data/pixels.hpp>
#include <jem/io/compressed.hpp>

#include <array>
#include <string>

namespace jem::inline v0::data {

/// The label bytes before the pixels of a record, and which of them is the label.
struct cifar_format {
  at_least<"cifar_format", "label_bytes", 1, 2> label_bytes;  ///< 1 or 2
  std::array<index_t, 2> classes;                             ///< number of classes of each label byte
  at_least<"cifar_format", "label", 0, 1> label;              ///< 0 or 1

  static constexpr index_t side = 32, plane = side * side;  ///< pixels of an edge; bytes of a colour

  /// Bytes of a record.
  constexpr index_t record() const { return label_bytes + 3 * plane; }
};

inline constexpr cifar_format cifar10{1, {10, 0}, 0};            ///< a label and the pixels
inline constexpr cifar_format cifar100{2, {20, 100}, 1};         ///< with its 100 fine labels
inline constexpr cifar_format cifar100_coarse{2, {20, 100}, 0};  ///< with its 20 superclasses

namespace detail {

/// The decompressed bytes of a file, checked to be whole records with labels in range. A file that decompresses to more than 10 000
/// records and to more than 64 times its size is refused, since pictures do not compress so well.
inline std::vector<std::uint8_t> cifar_records(std::span<const std::uint8_t> bytes, std::string_view file, const cifar_format& f,
                                               io::compressions known) {
  const auto record        = static_cast<std::size_t>(f.record());
  const std::uint64_t most = std::max<std::uint64_t>(64 * std::uint64_t{bytes.size()}, 10'000 * record);
  auto records             = io::decompress(bytes, most + 1, file, known);
  if (records.size() > most) fail_file(file, most, concat("at most that many bytes of images in a file of ", bytes.size()), "more");
  const std::size_t rest = records.size() % record;
  if (records.empty() || rest != 0) {
    fail_file(file, records.size(), concat("whole records of ", record, " bytes"),
              records.empty() ? "the end of the file" : concat("the end of the file after ", rest, " bytes of one"));
  }
  for (std::size_t at = 0; at < records.size(); at += record) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(f.label_bytes); ++k) {
      if (records[at + k] >= f.classes[k])
        fail_file(file, at + k, concat("a label in [0, ", f.classes[k], ")"), std::to_string(records[at + k]));
    }
  }
  return records;
}

/// Converts three planes to channels last.
template <scalar V>
void interleave_planes(const std::uint8_t* planes, V* to) {
  for (index_t p = 0; p < cifar_format::plane; ++p) {
    for (index_t c = 0; c < 3; ++c) to[3 * p + c] = from_byte<V>(planes[c * cifar_format::plane + p]);
  }
}

/// One set from the records of several files. The bytes of each file are freed as soon as they have been read.
template <tensor_value T>
dataset<T> cifar_dataset(std::vector<std::vector<std::uint8_t>> files, const cifar_format& f) {
  const auto record = static_cast<std::size_t>(f.record());
  std::vector<std::int32_t> y;
  for (const auto& records : files) {
    for (std::size_t at = 0; at < records.size(); at += record) y.push_back(records[at + static_cast<std::size_t>(f.label)]);
  }
  T x(shape{std::ssize(y), f.side, f.side, 3});
  std::size_t file = 0, at = 0;
  upload_rows(x, [&](index_t, typename T::value_type* to) {
    if (at == files[file].size()) {
      files[file++] = {};
      at            = 0;
    }
    interleave_planes(files[file].data() + at + f.label_bytes, to);
    at += record;
  });
  return {std::move(x), labels<T>(shape{std::ssize(y)}, y), f.classes[static_cast<std::size_t>(f.label)]};
}

}  // namespace detail

/// Images (n, 32, 32, 3) as value/127.5 − 1 in [−1, 1] and their labels from the bytes of a file, plain or compressed by one of
/// `known`; `file` names it in errors. Throws std::runtime_error with the byte of the decompressed data for no record, a record that
/// is not whole, or a label that is no class.
template <tensor_value T>
dataset<T> decode_cifar(std::span<const std::uint8_t> bytes, std::string_view file, const cifar_format& format = cifar10,
                        io::compressions known = {}) {
  return detail::cifar_dataset<T>({detail::cifar_records(bytes, file, format, known)}, format);
}

/// The same for a file of any name.
template <tensor_value T>
dataset<T> read_cifar_file(const std::filesystem::path& path, const cifar_format& format = cifar10, io::compressions known = {}) {
  return decode_cifar<T>(io::read_file(path), path.string(), format, known);
}

/// The split "train" or "test" from a folder with the files of CIFAR-10, data_batch_1.bin … data_batch_5.bin and test_batch.bin,
/// or of CIFAR-100, train.bin and test.bin; each plain, or compressed with the format's ending after its name. Throws
/// std::runtime_error for a file that is missing or refused by read_cifar_file, std::invalid_argument for another split.
template <tensor_value T>
dataset<T> read_cifar(const std::filesystem::path& folder, std::string_view split, const cifar_format& format = cifar10,
                      io::compressions known = {}) {
  if (split != "train" && split != "test") fail("read_cifar", "the split train or test", split);
  std::vector<std::string> names{std::string(split) + (format.label_bytes == 1 ? "_batch.bin" : ".bin")};
  if (format.label_bytes == 1 && split == "train") {
    names = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
  }
  std::vector<std::filesystem::path> paths;  // a missing file is reported before the others are read
  for (const auto& name : names) paths.push_back(io::find_compressed(folder / name, known));
  std::vector<std::vector<std::uint8_t>> files;
  for (const auto& path : paths) files.push_back(detail::cifar_records(io::read_file(path), path.string(), format, known));
  return detail::cifar_dataset<T>(std::move(files), format);
}

}  // namespace jem::inline v0::data
