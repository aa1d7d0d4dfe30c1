// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/subset.hpp>

#include <doctest/doctest.h>

#include <array>

using jem::shape;

namespace {

using tensor = jem::tensor<float, jem::reference>;
using ints   = std::vector<std::int32_t>;

/// Image i is (i); these are the labels.
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

TEST_CASE("the first images of each class, in the set's order, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto few = jem::data::first_per_class(numbered<T>(some, 3), 2);
    CHECK(few.x.extents() == shape{6, 1});
    CHECK(few.x.to_vector() == std::vector<float>{0, 1, 2, 3, 4, 6});
    CHECK(few.y.to_vector() == ints{2, 0, 0, 1, 2, 1});
    CHECK(few.classes == 3);
  });
}

TEST_CASE("random images of each class are as many of each, with their own labels, the same for a seed") {
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

TEST_CASE("all images of a class that has as many, whatever the seed") {
  const auto set = numbered<tensor>({1, 0, 0, 1}, 2);
  jem::rng g{1};
  for (int i = 0; i < 5; ++i) CHECK(images(jem::data::random_per_class(set, 2, g)) == ints{0, 1, 2, 3});
  CHECK(images(jem::data::first_per_class(set, 2)) == ints{0, 1, 2, 3});
}

// The three pairs of class 0 are equally likely: χ² with 2 degrees of freedom, false alarm 1e-6.
TEST_CASE("every choice of images is equally likely") {
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

TEST_CASE("a class with fewer images than asked, or none, is named with what it has") {
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

TEST_CASE("a set that was put together wrongly is refused") {
  const jem::data::dataset<tensor> wrong{tensor(shape{2, 1}, {0, 1}), jem::labels<tensor>(shape{2}, {0, 3}), 2};
  CHECK_THROWS_WITH_AS(jem::data::first_per_class(wrong, 1), "[first_per_class] expected labels in [0, 2) but received 3 at index 1",
                       std::invalid_argument);
  const jem::data::dataset<tensor> short_of_labels{tensor(shape{2, 1}, {0, 1}), jem::labels<tensor>(shape{1}, {0}), 1};
  CHECK_THROWS_AS(jem::data::first_per_class(short_of_labels, 1), std::invalid_argument);
}
