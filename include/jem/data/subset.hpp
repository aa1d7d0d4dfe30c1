// SPDX-License-Identifier: MIT
// A few labelled images of each class: what semi-supervised training learns p(y|x) from, while p(x) is learned from all.
#pragma once

#include <jem/data/batches.hpp>

#include <algorithm>

namespace jem::inline v0::data {

namespace detail {

/// The first `count` images of each class among the images `order`, in the set's order.
template <tensor_value T>
dataset<T> take_per_class(std::string_view where, const dataset<T>& set, index_t count, const std::vector<std::int32_t>& order) {
  expect_at_least(where, "images of each class", 1, count);
  expect_shape(where, shape{set.size()}, set.y.extents());
  check_labels(where, set.y, set.classes);
  const auto y = set.y.to_vector();
  std::vector<index_t> taken(static_cast<std::size_t>(set.classes));
  std::vector<std::int32_t> rows;
  for (const std::int32_t i : order) {
    index_t& of_class = taken[static_cast<std::size_t>(y[static_cast<std::size_t>(i)])];
    if (of_class == count) continue;
    ++of_class;
    rows.push_back(i);
  }
  for (std::size_t c = 0; c < taken.size(); ++c) {
    if (taken[c] < count) fail(where, std::to_string(count) + " images of class " + std::to_string(c), std::to_string(taken[c]));
  }
  std::ranges::sort(rows);
  const labels<T> chosen(shape{std::ssize(rows)}, rows);
  return {gather_rows(set.x, chosen), gather_rows(set.y, chosen), set.classes};
}

}  // namespace detail

/// The first `count` images of each class, in the set's order. Throws std::invalid_argument for count < 1, and for a class that
/// has fewer images, or none.
template <tensor_value T>
dataset<T> first_per_class(const dataset<T>& set, index_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(set.size()));
  std::iota(order.begin(), order.end(), 0);
  return detail::take_per_class("first_per_class", set, count, order);
}

/// `count` random images of each class, all choices equally likely, in the set's order; takes one stream from the generator.
/// Throws what first_per_class throws.
template <tensor_value T>
dataset<T> random_per_class(const dataset<T>& set, index_t count, rng& g) {
  return detail::take_per_class("random_per_class", set, count, permutation(set.size(), g));
}

}  // namespace jem::inline v0::data
