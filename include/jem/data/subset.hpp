// SPDX-License-Identifier: MIT
// Parts of a set by class. Either the same number of labelled images of each class, from which semi-supervised training learns p(y|x),
// while it learns p(x) from all images. Or a part in which each class has the share that it has in the set, to choose settings by, or to
// compute an expensive measure on. Images are often stored in the order of their classes, so that the first or the last ones are all of one
// class.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/batches.hpp>

#include <algorithm>
#include <utility>

namespace jem::inline v0::data {

namespace detail {

/// These images, in the set's order.
template <tensor_value T>
dataset<T> chosen_rows(const dataset<T>& set, std::vector<std::int32_t> rows) {
  std::ranges::sort(rows);
  const labels<T> chosen(shape{std::ssize(rows)}, rows);
  return {gather_rows(set.x, chosen), gather_rows(set.y, chosen), set.classes};
}

/// The first `count` images of each class in the sequence `order`. They are returned in the set's order.
template <tensor_value T>
dataset<T> take_per_class(std::string_view where, const dataset<T>& set, index_t count, const std::vector<std::int32_t>& order) {
  expect_at_least(where, "images of each class", 1, count);
  expect_shape(where, shape{set.size()}, set.y.extents());
  const auto known = checked_labels(where, set.y, set.classes);
  const auto& y    = known.values();
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
  return chosen_rows(set, std::move(rows));
}

/// The numbers of images of each class in a part of `count` of all n images: count·n_c/n, rounded up or down so that they add up to
/// `count`. The largest remainders are rounded up; among equal ones those of the classes that come first in `order`.
inline std::vector<index_t> shares_of(const std::vector<index_t>& of_class, index_t count, const std::vector<std::size_t>& order) {
  const index_t n = std::accumulate(of_class.begin(), of_class.end(), index_t{0});
  std::vector<index_t> shares(of_class.size());
  index_t left = count;
  for (std::size_t c = 0; n > 0 && c < shares.size(); ++c) left -= shares[c] = count * of_class[c] / n;
  std::vector<std::pair<index_t, std::size_t>> ranked;  // by remainder, the largest first, then by place in the order
  for (std::size_t place = 0; place < order.size(); ++place) ranked.emplace_back(-(count * of_class[order[place]] % n), place);
  std::ranges::sort(ranked);
  for (index_t i = 0; i < left; ++i) ++shares[order[ranked[static_cast<std::size_t>(i)].second]];
  return shares;
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

/// A set in two parts, which have no image in common.
template <tensor_value T>
struct divided_dataset {
  dataset<T> part;  ///< of the requested size
  dataset<T> rest;  ///< all other images
};

/// Divides a set at random into a part of exactly `count` images and the rest, both in the set's order. In the part each class has the
/// share that it has in the set, rounded up or down to a whole image. All choices with these shares are equally likely. Takes one stream
/// from the generator. Throws std::invalid_argument for count < 0 or more than there are, and for a label that is no class.
template <tensor_value T>
divided_dataset<T> divide_by_class(const dataset<T>& set, index_t count, rng& g) {
  expect_at_least("divide_by_class", "images", 0, count);
  if (count > set.size()) fail("divide_by_class", concat("at most the ", set.size(), " images of the set"), std::to_string(count));
  expect_shape("divide_by_class", shape{set.size()}, set.y.extents());
  const auto known = checked_labels("divide_by_class", set.y, set.classes);
  const auto& y    = known.values();
  const auto order = permutation(set.size(), g);
  std::vector<index_t> of_class(static_cast<std::size_t>(set.classes));
  std::vector<std::size_t> met;  // the classes in the order of `order`, which is random and favours none
  for (const std::int32_t i : order) {
    const auto c = static_cast<std::size_t>(y[static_cast<std::size_t>(i)]);
    if (of_class[c]++ == 0) met.push_back(c);
  }
  auto shares = detail::shares_of(of_class, count, met);
  std::vector<std::int32_t> part, rest;
  for (const std::int32_t i : order) {
    index_t& open = shares[static_cast<std::size_t>(y[static_cast<std::size_t>(i)])];
    (open > 0 ? part : rest).push_back(i);
    if (open > 0) --open;
  }
  return {detail::chosen_rows(set, std::move(part)), detail::chosen_rows(set, std::move(rest))};
}

}  // namespace jem::inline v0::data
