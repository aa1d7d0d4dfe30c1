// SPDX-License-Identifier: MIT
// Optical recognition of handwritten digits: 1797 images of 8×8 pixels with 17 grey levels, built in, so that a first program
// needs no download. E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49, licensed under
// CC BY 4.0; it is the repository's test part, in its order, which is also that of scikit-learn's digits.csv.gz.
#pragma once

#include <jem/data/dataset.hpp>
#include <jem/data/digits_text.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace jem::inline v0::data {

inline constexpr index_t digits_count       = 1797;  ///< images
inline constexpr index_t digits_train_count = 1297;  ///< the other 500 are for testing

/// The grey levels 0 (paper) … 16 (ink) of all images: 1797·8·8 values in row-major order.
inline std::vector<std::uint8_t> digits_pixels() {
  std::array<int, 128> value{};
  for (std::size_t i = 0; i < digits_text::alphabet.size(); ++i)
    value[static_cast<std::size_t>(digits_text::alphabet[i])] = static_cast<int>(i);
  const int base = static_cast<int>(digits_text::alphabet.size());
  std::vector<std::uint8_t> levels;
  levels.reserve(static_cast<std::size_t>(digits_count) * 64);
  for (const auto line : digits_text::pixels) {
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      const int three = value[static_cast<std::size_t>(line[i])] * base + value[static_cast<std::size_t>(line[i + 1])];
      levels.push_back(static_cast<std::uint8_t>(three / (17 * 17)));
      levels.push_back(static_cast<std::uint8_t>(three / 17 % 17));
      levels.push_back(static_cast<std::uint8_t>(three % 17));
    }
  }
  return levels;
}

/// All images (1797, 8, 8, 1) as level/8 − 1 in [−1, 1], and their labels in [0, 10).
template <tensor_value T>
dataset<T> digits() {
  using V           = typename T::value_type;
  const auto levels = digits_pixels();
  std::vector<V> x(levels.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<V>(levels[i]) / V(8) - V(1);
  std::vector<std::int32_t> y;
  for (const char label : digits_text::labels) y.push_back(label - '0');
  return {T(shape{digits_count, 8, 8, 1}, x), labels<T>(shape{digits_count}, y), 10};
}

/// The first 1297 images in the file's order, for training.
template <tensor_value T>
dataset<T> digits_train() {
  return digits<T>().rows(0, digits_train_count);
}

/// The last 500 images in the file's order, for testing. They are much harder than 500 random ones, since neighbours in the file are alike.
template <tensor_value T>
dataset<T> digits_test() {
  return digits<T>().rows(digits_train_count, digits_count - digits_train_count);
}

}  // namespace jem::inline v0::data
