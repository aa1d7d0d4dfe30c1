// SPDX-License-Identifier: MIT
// Pictures of the plane in perceptually even colours: histograms of draws, and maps of functions of two variables.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/io/png.hpp>
#include <jem/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace jem::inline v0::io {

/// The part of the plane that a picture shows, and its size in pixels; y grows upwards.
struct picture_options {
  finite<"picture_options", "left", double> left                  = -3;   ///< in the units of the data
  finite<"picture_options", "right", double> right                = 3;    ///< > left
  finite<"picture_options", "bottom", double> bottom              = -3;   ///< in the units of the data
  finite<"picture_options", "top", double> top                    = 3;    ///< > bottom
  at_least<"picture_options", "width", 1, largest_extent> width   = 480;  ///< in pixels, ≥ 1
  at_least<"picture_options", "height", 1, largest_extent> height = 480;  ///< in pixels, ≥ 1
};

/// A colour from dark to bright for a level from 0 to 1. Other levels are clamped, and NaN is dark. It interpolates between five colours of
/// viridis (van der Walt and Smith, 2015, CC0).
inline std::array<std::uint8_t, 3> colour(double level) {
  constexpr double anchors[5][3] = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
  const double at                = level > 0 ? (std::min)(level, 1.0) * 4 : 0;
  const auto first               = std::min<std::size_t>(3, static_cast<std::size_t>(at));
  const double part              = at - static_cast<double>(first);
  std::array<std::uint8_t, 3> rgb{};
  for (std::size_t k = 0; k < 3; ++k)
    rgb[k] = static_cast<std::uint8_t>(std::lround(anchors[first][k] * (1 - part) + anchors[first + 1][k] * part));
  return rgb;
}

/// One pixel for each value, row by row from the top: the largest is brightest; zero, negative values and NaN are darkest.
/// Throws std::invalid_argument for another number of values than height·width.
inline image heat_map(const std::vector<double>& values, index_t height, index_t width) {
  if (height < 0 || width < 0 || std::ssize(values) != height * width) {
    fail("heat_map", std::to_string(height) + " x " + std::to_string(width) + " values", std::to_string(values.size()));
  }
  double largest = 0;
  for (const double value : values) largest = std::fmax(largest, value);  // ignores NaN
  image result{height, width, 3, {}};
  result.pixels.reserve(values.size() * 3);
  for (const double value : values) {
    const auto rgb = colour(largest > 0 ? value / largest : 0);
    result.pixels.insert(result.pixels.end(), rgb.begin(), rgb.end());
  }
  return result;
}

namespace detail {

/// Throws std::invalid_argument unless the part of the plane has a width and a height.
inline void check(const picture_options& o) {
  if (!(o.left < o.right)) fail("picture_options", "left < right", std::to_string(o.left) + " and " + std::to_string(o.right));
  if (!(o.bottom < o.top)) fail("picture_options", "bottom < top", std::to_string(o.bottom) + " and " + std::to_string(o.top));
}

}  // namespace detail

/// The centres of a picture's pixels, row by row from the top: (height·width, 2), for energies to be evaluated at. Throws
/// std::invalid_argument unless left < right and bottom < top.
template <tensor_value T>
T pixel_centres(const picture_options& o) {
  detail::check(o);
  std::vector<typename T::value_type> at;
  for (index_t i = 0; i < o.height; ++i) {
    for (index_t j = 0; j < o.width; ++j) {
      at.push_back(
          static_cast<typename T::value_type>(o.left + (o.right - o.left) * (static_cast<double>(j) + 0.5) / static_cast<double>(o.width)));
      at.push_back(
          static_cast<typename T::value_type>(o.top - (o.top - o.bottom) * (static_cast<double>(i) + 0.5) / static_cast<double>(o.height)));
    }
  }
  return T(shape{o.height * o.width, 2}, at);
}

/// How many points (…, 2) fall into each pixel, as a picture; brightness grows with the square root of their number.
/// Points outside and NaN are not counted. Throws std::invalid_argument for points with other than two coordinates, and unless
/// left < right and bottom < top.
template <tensor_like X>
image histogram(const X& points, const picture_options& o = {}) {
  detail::check(o);
  if (points.extents().rank() < 1 || points.extent(points.extents().rank() - 1) != 2)
    fail("histogram", "points (…, 2)", to_string(points.extents()));
  std::vector<double> counts(static_cast<std::size_t>(o.width * o.height));
  const auto xy = tensor_of<X>(points).to_vector();
  for (std::size_t i = 0; i < xy.size(); i += 2) {
    const double column = (static_cast<double>(xy[i]) - o.left) / (o.right - o.left) * static_cast<double>(o.width);
    const double row    = (o.top - static_cast<double>(xy[i + 1])) / (o.top - o.bottom) * static_cast<double>(o.height);
    if (!(column >= 0 && row >= 0 && column < static_cast<double>(o.width) && row < static_cast<double>(o.height))) continue;
    ++counts[static_cast<std::size_t>(static_cast<index_t>(row) * o.width + static_cast<index_t>(column))];
  }
  for (double& count : counts) count = std::sqrt(count);
  return heat_map(counts, o.height, o.width);
}

}  // namespace jem::inline v0::io
