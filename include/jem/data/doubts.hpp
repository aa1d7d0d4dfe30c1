// SPDX-License-Identifier: MIT
// Checks of data before training. They find mistakes that lead to a network that has learned nothing, or to results that are too good.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/dataset.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace jem::inline v0::data {

namespace detail {

/// The bytes of each image, in the order of the set, as views of `values`.
template <class V>
std::vector<std::string_view> images_in(const std::vector<V>& values, index_t count) {
  std::vector<std::string_view> images;
  const std::size_t bytes = count > 0 ? values.size() / static_cast<std::size_t>(count) * sizeof(V) : 0;
  const auto* const first = reinterpret_cast<const char*>(values.data());
  for (index_t i = 0; i < count; ++i) images.emplace_back(first + static_cast<std::size_t>(i) * bytes, bytes);
  return images;
}

}  // namespace detail

/// The number of images of the second set of which the first set has an exact copy.
template <tensor_value T>
index_t shared_images(const dataset<T>& first, const dataset<T>& second) {
  const auto known = first.x.to_vector(), asked = second.x.to_vector();
  const auto images = detail::images_in(known, first.size()), others = detail::images_in(asked, second.size());
  const std::unordered_set<std::string_view> all(images.begin(), images.end());
  return std::ranges::count_if(others, [&](std::string_view each) { return all.contains(each); });
}

/// Sentences about what may be wrong with images for training; none if nothing is. It finds labels of one class only; numbers outside
/// [−2, 2], as those of bytes that were not scaled to [−1, 1]; and images that are all the same.
template <tensor_value T>
std::vector<std::string> doubts_about(const dataset<T>& set) {
  std::vector<std::string> told;
  if (set.size() == 0) return {"there are no images"};
  const auto values = set.x.to_vector();
  const auto labels = set.y.to_vector();
  if (std::ranges::adjacent_find(labels, std::not_equal_to{}) == labels.end() && set.classes > 1) {
    told.push_back(concat("all labels are of class ", labels.front(), " of ", set.classes, ": a classifier has nothing to learn"));
  }
  const auto [low, high] = std::ranges::minmax(values);
  if (low < -2 || high > 2) {
    told.push_back(concat("the numbers of the images go from ", static_cast<double>(low), " to ", static_cast<double>(high),
                          ": samplers and noise expect about [-1, 1]"));
  }
  const auto images = detail::images_in(values, set.size());
  if (std::ranges::adjacent_find(images, std::not_equal_to{}) == images.end() && set.size() > 1) {
    told.push_back(concat("all ", set.size(), " images are the same"));
  }
  return told;
}

}  // namespace jem::inline v0::data
