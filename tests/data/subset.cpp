// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/subset.hpp>

#include <doctest/doctest.h>

#include <array>

using jem::shape;

namespace {

using tensor = jem::tensor<float, jem::reference>;
using ints   = std::vector<std::int32_t>;

/// A set in which image i is the number i, with these labels.
template <class T>
jem::data::dataset<T> numbered(const ints& y, jem::index_t classes) {
  std::vector<float> x(y.size());
  std::iota(x.begin(), x.end(), 0.0f);
  const jem::index_t n = std::ssize(y);
  return jem::data::make_dataset(T(shape{n, 1}, x), jem::labels<T>(shape{n}, y), classes);
}

const ints some{2, 0, 0, 1, 2, 0, 1, 2, 2, 1};

ints images(const jem::data::dataset<tensor>& set) {
  const auto x = set.x.to_vector();
  return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE("first_per_class gives the first images of each class in the set's order, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto few = jem::data::first_per_class(numbered<T>(some, 3), 2);
    CHECK(few.x.extents() == shape{6, 1});
    CHECK(few.x.to_vector() == std::vector<float>{0, 1, 2, 3, 4, 6});
    CHECK(few.y.to_vector() == ints{2, 0, 0, 1, 2, 1});
    CHECK(few.classes == 3);
  });
}

TEST_CASE("random_per_class gives equally many images of each class with their own labels, the same ones for a seed") {
  const auto set = numbered<tensor>(some, 3);
  jem::rng g{5}, again{5};
  const auto few = jem::data::random_per_class(set, 2, g), same = jem::data::random_per_class(set, 2, again);
  CHECK(images(few) == images(same));
  CHECK(g == again);
  CHECK(g.counter == 1);
  std::array<int, 3> counts{};
  const auto y = few.y.to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) {
    ++counts[static_cast<std::size_t>(y[i])];
    CHECK(y[i] == some[static_cast<std::size_t>(images(few)[i])]);
  }
  CHECK(counts == std::array{2, 2, 2});
}

TEST_CASE("if each class has just as many images as asked for, all are chosen for any seed") {
  const auto set = numbered<tensor>({1, 0, 0, 1}, 2);
  jem::rng g{1};
  for (int i = 0; i < 5; ++i) CHECK(images(jem::data::random_per_class(set, 2, g)) == ints{0, 1, 2, 3});
  CHECK(images(jem::data::first_per_class(set, 2)) == ints{0, 1, 2, 3});
}

// The three pairs of class 0 are equally likely: χ² with 2 degrees of freedom, false alarm 1e-6.
TEST_CASE("random_per_class makes every choice of images equally likely") {
  const auto set = numbered<tensor>({0, 1, 0, 0, 1}, 2);
  jem::rng g{3};
  std::array<double, 3> left_out{};
  for (int i = 0; i < 3000; ++i) {
    const auto chosen = images(jem::data::random_per_class(set, 2, g));
    const auto has    = [&](int image) { return std::ranges::count(chosen, image) == 1; };
    CHECK(chosen.size() == 4);
    ++left_out[has(0) ? (has(2) ? 2u : 1u) : 0u];
  }
  double statistic = 0;
  for (const double count : left_out) statistic += (count - 1000) * (count - 1000) / 1000;
  CHECK(statistic < 27.6);
}

TEST_CASE("a class with fewer images than asked for, or none, is named with its number of images") {
  const auto set = numbered<tensor>({0, 0, 2, 0, 2}, 4);
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(jem::data::first_per_class(set, 1), "[first_per_class] expected 1 images of class 1 but received 0",
                       std::invalid_argument);
  const auto enough = numbered<tensor>({0, 0, 1, 0, 1}, 2);
  CHECK_THROWS_WITH_AS(jem::data::random_per_class(enough, 3, g), "[random_per_class] expected 3 images of class 1 but received 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::data::first_per_class(enough, 0), "[first_per_class] expected images of each class >= 1 but received 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::data::first_per_class(numbered<tensor>({}, 1), 1), std::invalid_argument);
}

namespace {

/// Counts of labels by class.
ints counts_of(const jem::data::dataset<tensor>& set) {
  ints counts(static_cast<std::size_t>(set.classes));
  for (const auto c : set.y.to_vector()) ++counts[static_cast<std::size_t>(c)];
  return counts;
}

/// A set with all images of class 0 first, then those of class 1, …, with these numbers of images.
jem::data::dataset<tensor> in_order_of_classes(const ints& counts) {
  ints y;
  for (std::size_t c = 0; c < counts.size(); ++c) y.insert(y.end(), static_cast<std::size_t>(counts[c]), static_cast<std::int32_t>(c));
  return numbered<tensor>(y, std::ssize(counts));
}

}  // namespace

TEST_CASE("divide_by_class puts the given number of images into a part, with each class's share, on every backend") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const auto [part, rest] = jem::data::divide_by_class(numbered<T>({0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2}, 3), 6, g);
    CHECK(part.x.extents() == shape{6, 1});
    CHECK(part.y.to_vector() == ints{0, 0, 1, 2, 2, 2});
    CHECK(rest.y.to_vector() == ints{0, 0, 1, 2, 2, 2});
    CHECK(part.classes == 3);
    CHECK(rest.classes == 3);
    CHECK(g.counter == 1);
  });
}

TEST_CASE("the shares of classes in a part of any size differ from those in the whole set by less than an image") {
  const ints whole{50, 3, 0, 17, 1, 30};
  const auto set = in_order_of_classes(whole);
  for (jem::index_t count = 0; count <= set.size(); ++count) {
    jem::rng g{7};
    const auto [part, rest] = jem::data::divide_by_class(set, count, g);
    CHECK(part.size() == count);
    CHECK(rest.size() == set.size() - count);
    const auto counts = counts_of(part);
    for (std::size_t c = 0; c < whole.size(); ++c) {
      const double exact = static_cast<double>(count) * whole[c] / static_cast<double>(set.size());
      CHECK(std::abs(counts[c] - exact) < 1);
    }
  }
}

TEST_CASE("the largest remainders are rounded up") {
  jem::rng g{2};
  // The exact shares of 7 of 20 images are 3.85, 2.45 and 0.7.
  CHECK(counts_of(jem::data::divide_by_class(in_order_of_classes({11, 7, 2}), 7, g).part) == ints{4, 2, 1});
}

TEST_CASE("classes with equal remainders are equally likely to be rounded up") {
  const auto set = in_order_of_classes({5, 5, 5});
  jem::rng g{11};
  std::array<int, 3> taken{};
  for (int i = 0; i < 300; ++i) ++taken[static_cast<std::size_t>(jem::data::divide_by_class(set, 1, g).part.y.to_vector()[0])];
  for (const int each : taken) CHECK(std::abs(each - 100) < 41);  // five standard deviations
}

TEST_CASE("a part and its rest have no image in common, and together all images with their own labels, each in the set's order") {
  const auto set = numbered<tensor>(some, 3);
  jem::rng g{5}, again{5}, other{6};
  const auto [part, rest] = jem::data::divide_by_class(set, 4, g);
  auto all                = images(part);
  CHECK(std::ranges::is_sorted(all));
  CHECK(std::ranges::is_sorted(images(rest)));
  for (const auto image : images(rest)) all.push_back(image);
  std::ranges::sort(all);
  CHECK(all == ints{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto y = part.y.to_vector(), left = rest.y.to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == some[static_cast<std::size_t>(images(part)[i])]);
  for (std::size_t i = 0; i < left.size(); ++i) CHECK(left[i] == some[static_cast<std::size_t>(images(rest)[i])]);
  CHECK(images(jem::data::divide_by_class(set, 4, again).part) == images(part));
  CHECK(images(jem::data::divide_by_class(set, 4, other).part) != images(part));
}

TEST_CASE("a part may have none of a set's images, or all") {
  const auto set = numbered<tensor>(some, 3);
  jem::rng g{1};
  const auto none = jem::data::divide_by_class(set, 0, g), all = jem::data::divide_by_class(set, 10, g);
  CHECK(none.part.x.extents() == shape{0, 1});
  CHECK(images(none.rest) == images(set));
  CHECK(images(all.part) == images(set));
  CHECK(all.rest.size() == 0);
  CHECK(jem::data::divide_by_class(numbered<tensor>({}, 2), 0, g).part.size() == 0);
}

TEST_CASE("every image is equally likely to be in a part") {
  const auto set = in_order_of_classes({4, 2});
  jem::rng g{4};
  std::array<int, 6> taken{};
  for (int i = 0; i < 2000; ++i) {
    for (const auto image : images(jem::data::divide_by_class(set, 3, g).part)) ++taken[static_cast<std::size_t>(image)];
  }
  for (const int each : taken) CHECK(std::abs(each - 1000) < 112);  // five standard deviations
}

TEST_CASE("a part larger than its set, or of a negative size, is refused") {
  const auto set = numbered<tensor>({0, 0, 1}, 2);
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(jem::data::divide_by_class(set, 4, g), "[divide_by_class] expected at most the 3 images of the set but received 4",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::data::divide_by_class(set, -1, g), "[divide_by_class] expected images >= 0 but received -1",
                       std::invalid_argument);
}

TEST_CASE("a set with wrong labels, or with too few, is refused") {
  const jem::data::dataset<tensor> wrong{tensor(shape{2, 1}, {0, 1}), jem::labels<tensor>(shape{2}, {0, 3}), 2};
  CHECK_THROWS_WITH_AS(jem::data::first_per_class(wrong, 1), "[first_per_class] expected labels in [0, 2) but received 3 at index 1",
                       std::invalid_argument);
  const jem::data::dataset<tensor> short_of_labels{tensor(shape{2, 1}, {0, 1}), jem::labels<tensor>(shape{1}, {0}), 1};
  CHECK_THROWS_AS(jem::data::first_per_class(short_of_labels, 1), std::invalid_argument);
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(jem::data::divide_by_class(wrong, 1, g), "[divide_by_class] expected labels in [0, 2) but received 3 at index 1",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::data::divide_by_class(short_of_labels, 1, g), std::invalid_argument);
}
