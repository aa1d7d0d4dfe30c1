// SPDX-License-Identifier: MIT
// Images of another size, for instance those of another data set, which a network shall judge beside its own.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/data/pixels.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace jem::inline v0::data {

namespace detail {

/// The old pixels that a new one covers, along one axis.
struct covered {
  index_t first;               ///< pixel
  std::vector<double> shares;  ///< of it and those after it; their sum is 1
};

/// For each of `after` pixels that take the place of `before`.
inline std::vector<covered> coverage(index_t before, index_t after) {
  std::vector<covered> all;
  const double size = static_cast<double>(before) / static_cast<double>(after);
  for (index_t i = 0; i < after; ++i) {
    // the ends in units of 1/after of an old pixel are whole numbers: nothing is rounded
    const index_t from = i * before, to = (i + 1) * before, first = from / after;
    covered one{first, {}};
    for (index_t pixel = first; pixel * after < to; ++pixel) {
      const index_t common = (std::min)(to, (pixel + 1) * after) - (std::max)(from, pixel * after);
      one.shares.push_back(static_cast<double>(common) / static_cast<double>(after) / size);
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace detail

/// Images (n, h, w, c) as (n, height, width, channels). A new pixel is the mean of the old image over its area. One channel is repeated, or
/// is the mean of all of them. Throws std::invalid_argument for extents below 1, and for other changes of the number of channels.
template <tensor_value T>
T resized(const T& images, index_t height, index_t width, index_t channels) {
  using V = typename T::value_type;
  if (images.extents().rank() != 4 || images.extents().row_size() < 1) {
    fail("resized", "images (n, h, w, c) with pixels", to_string(images.extents()));
  }
  const index_t old_height = images.extent(1), old_width = images.extent(2), old_channels = images.extent(3);
  expect_at_least("resized", "height", 1, height);
  expect_at_least("resized", "width", 1, width);
  if (channels != old_channels && channels != 1 && old_channels != 1) {
    fail("resized", concat("1 or ", old_channels, " channels"), std::to_string(channels));
  }
  expect_at_least("resized", "channels", 1, channels);
  const auto rows = detail::coverage(old_height, height), columns = detail::coverage(old_width, width);
  T resized(shape{images.extent(0), height, width, channels});
  std::vector<double> sums(static_cast<std::size_t>(old_channels));  // of each channel, over the area of a new pixel
  std::vector<V> image;
  upload_rows(resized, [&](index_t i, V* to) {
    image = T(images.rows(i, 1)).to_vector();
    for (const auto& row : rows) {
      for (const auto& column : columns) {
        std::ranges::fill(sums, 0.0);
        for (std::size_t y = 0; y < row.shares.size(); ++y) {
          for (std::size_t x = 0; x < column.shares.size(); ++x) {
            const index_t down = row.first + static_cast<index_t>(y), right = column.first + static_cast<index_t>(x);
            const V* const pixel = image.data() + (down * old_width + right) * old_channels;
            for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += row.shares[y] * column.shares[x] * static_cast<double>(pixel[c]);
          }
        }
        double mean = 0;
        for (const double sum : sums) mean += sum / static_cast<double>(old_channels);
        for (index_t c = 0; c < channels; ++c) *to++ = static_cast<V>(channels == old_channels ? sums[static_cast<std::size_t>(c)] : mean);
      }
    }
  });
  return resized;
}

}  // namespace jem::inline v0::data
