// SPDX-License-Identifier: MIT
// A folder of PNG files by class: FOLDER/CLASS/ANY_NAME.png, all of one size. Classes are numbered in the order of their names, or in
// that of a list: the classes of a test folder have to be those of the training folder.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/pixels.hpp>
#include <jem/io/png.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace jem::inline v0::data {

/// A set whose classes have names.
template <tensor_value T>
struct named_dataset {
  dataset<T> set;                  ///< images and labels
  std::vector<std::string> names;  // (classes): of class 0, 1, …
};

namespace detail {

/// The entries of a folder, sorted by name, without hidden ones. Throws std::runtime_error for a folder that cannot be read.
inline std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
  std::error_code code;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator i(folder, code), end; !code && i != end; i.increment(code)) {
    if (!i->path().filename().string().starts_with('.')) paths.push_back(i->path());
  }
  if (code) io::detail::fail_system(folder, "a folder that can be read", code.value());
  std::ranges::sort(paths, {}, [](const auto& path) { return path.filename().string(); });
  return paths;
}

/// The PNG files of a class. Throws std::runtime_error if there are none, and if there is anything else: a picture in another format
/// would be ignored.
inline std::vector<std::filesystem::path> class_files(const std::filesystem::path& folder) {
  auto paths = sorted_entries(folder);
  if (paths.empty()) throw std::runtime_error(folder.string() + ": expected PNG files, the images of a class, but found none");
  for (const auto& path : paths) {
    if (path.extension() != ".png" || !std::filesystem::is_regular_file(path))
      throw std::runtime_error(folder.string() + ": expected nothing but files NAME.png but found " + path.filename().string());
  }
  return paths;
}

/// Appends the images of a class to those of the others. All have to have the extents of the file `first`.
inline void append_images(const std::vector<std::filesystem::path>& paths, std::filesystem::path& first, io::image& all) {
  for (const auto& path : paths) {
    io::image one = io::read_png(path);
    if (first.empty()) {
      first = path;
      all   = {one.height, one.width, one.channels, {}};
    }
    const shape expected{all.height, all.width, all.channels}, found{one.height, one.width, one.channels};
    if (found != expected) fail_file(path.string(), 16, concat("an image ", expected, " like ", first.string()), to_string(found));
    all.pixels.insert(all.pixels.end(), one.pixels.begin(), one.pixels.end());
  }
}

}  // namespace detail

/// The names of a folder's classes, sorted by their bytes. Throws std::runtime_error for a folder that cannot be read, and for
/// one without a sub-folder.
inline std::vector<std::string> png_folder_classes(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& path : detail::sorted_entries(folder)) {
    if (std::filesystem::is_directory(path)) names.push_back(path.filename().string());
  }
  if (names.empty()) throw std::runtime_error(folder.string() + ": expected a sub-folder for each class but found none");
  return names;
}

namespace detail {

/// Throws std::runtime_error, with the names that differ, unless a folder has exactly the expected classes, in any order.
inline void check_classes(const std::filesystem::path& folder, std::vector<std::string> expected, std::vector<std::string> found) {
  std::ranges::sort(expected);
  std::ranges::sort(found);
  std::vector<std::string> missing, extra;
  std::ranges::set_difference(expected, found, std::back_inserter(missing));
  std::ranges::set_difference(found, expected, std::back_inserter(extra));
  if (missing.empty() && extra.empty()) return;
  const auto quoted = [](const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
    return text;
  };
  std::string difference;
  if (!missing.empty()) difference = concat("none for ", quoted(missing));
  if (!extra.empty()) difference += (missing.empty() ? "" : ", and ") + quoted(extra) + ", which the classes lack";
  throw std::runtime_error(folder.string() + ": expected a sub-folder for each of the " + std::to_string(expected.size()) +
                           " classes and no other but found " + difference);
}

}  // namespace detail

/// Images (n, h, w, c) as value/127.5 − 1 in [−1, 1], c = 1 for grey files and 3 for colour, class after class, in the order of
/// the files' names. `classes`, if given, are the names of the classes in the order of their numbers, which the folder has to have.
/// Throws std::runtime_error for a folder without a sub-folder, for a class that the folder or `classes` lack, with its name, for a class
/// without an image or with other files than NAME.png, for a file that read_png refuses, and for the first file of another size.
template <tensor_value T>
named_dataset<T> read_png_folder(const std::filesystem::path& folder, const std::vector<std::string>& classes = {}) {
  std::vector<std::string> names = png_folder_classes(folder);
  if (!classes.empty()) {
    detail::check_classes(folder, classes, names);
    names = classes;
  }
  std::vector<std::int32_t> y;
  std::filesystem::path first;
  io::image all;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const auto files = detail::class_files(folder / names[c]);
    detail::append_images(files, first, all);
    y.insert(y.end(), files.size(), static_cast<std::int32_t>(c));
  }
  T x(shape{std::ssize(y), all.height, all.width, all.channels});
  const index_t size = x.extents().row_size();
  upload_rows(x, [&](index_t i, typename T::value_type* to) {
    const auto* const from = all.pixels.data() + i * size;
    for (index_t j = 0; j < size; ++j) to[j] = from_byte<typename T::value_type>(from[j]);
  });
  return {{std::move(x), labels<T>(shape{std::ssize(y)}, y), std::ssize(names)}, std::move(names)};
}

}  // namespace jem::inline v0::data
