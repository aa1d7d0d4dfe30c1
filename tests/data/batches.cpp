// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

namespace {

using tensor = jem::tensor<float, jem::reference>;
using set_of = jem::data::dataset<tensor>;
using jem::shape;

static_assert(!std::constructible_from<jem::data::batch_stream<tensor>, set_of, jem::index_t, jem::rng>,
              "the set has to outlive the stream");
static_assert(!std::constructible_from<jem::data::batches<tensor>, const set_of, jem::index_t, jem::rng&>);
static_assert(std::constructible_from<jem::data::batches<tensor>, const set_of&, jem::index_t, jem::rng&>);

/// Image i is (i, −i) and has label i, so that a batch shows which images it has.
template <class T>
jem::data::dataset<T> counting_set(jem::index_t n) {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  for (jem::index_t i = 0; i < n; ++i) {
    x.insert(x.end(), {static_cast<float>(i), static_cast<float>(-i)});
    y.push_back(static_cast<std::int32_t>(i));
  }
  return jem::data::make_dataset(T(shape{n, 2}, x), jem::labels<T>(shape{n}, y), std::max<jem::index_t>(1, n));
}

std::vector<std::int32_t> drawn(jem::data::batch_stream<tensor>& stream, int count) {
  std::vector<std::int32_t> all;
  for (int i = 0; i < count; ++i) {
    const auto y = stream.next().y.to_vector();
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

}  // namespace

TEST_CASE("an epoch visits each image once, with its own label, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto set = counting_set<T>(12);
    jem::rng g{1};
    std::multiset<std::int32_t> seen;
    for (const auto& [x, y] : jem::data::batches(set, 3, g)) {
      CHECK(x.extents() == shape{3, 2});
      const auto values  = x.to_vector();
      const auto classes = y.to_vector();
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(values[2 * i] == static_cast<float>(classes[i]));
        CHECK(values[2 * i + 1] == -static_cast<float>(classes[i]));
      }
      seen.insert(classes.begin(), classes.end());
    }
    CHECK(seen == std::multiset<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  });
}

TEST_CASE("every batch is full, and the images that are left over differ from epoch to epoch") {
  const auto set = counting_set<tensor>(10);
  jem::rng g{1};
  std::set<std::int32_t> ever_left;
  for (int epoch = 0; epoch < 20; ++epoch) {
    std::set<std::int32_t> left{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    int count = 0;
    jem::data::batches one(set, 4, g);
    CHECK(one.size() == 2);
    for (const auto& [x, y] : one) {
      CHECK(x.extent(0) == 4);
      for (const auto label : y.to_vector()) CHECK(left.erase(label) == 1);
      ++count;
    }
    CHECK(count == 2);
    ever_left.insert(left.begin(), left.end());
  }
  CHECK(ever_left.size() == 10);
}

TEST_CASE("an endless stream gives whole epochs, each in a different order") {
  const auto set = counting_set<tensor>(20);
  jem::data::batch_stream stream(set, 5, jem::rng{7});
  std::set<std::vector<std::int32_t>> orders;
  for (int epoch = 0; epoch < 5; ++epoch) {
    auto order = drawn(stream, 4);
    orders.insert(order);
    std::ranges::sort(order);
    for (std::size_t i = 0; i < 20; ++i) CHECK(order[i] == static_cast<std::int32_t>(i));
  }
  CHECK(orders.size() == 5);
}

TEST_CASE("with replacement, images are equally likely and independent, and have their own labels") {
  const auto set = counting_set<tensor>(20);
  jem::data::batch_stream stream(set, 10, jem::rng{7}, jem::data::draws::with_replacement);
  std::array<double, 20> count{};
  double again = 0;  // counts batches that have an image twice
  for (int i = 0; i < 2000; ++i) {
    const auto [x, y]  = stream.next();
    const auto values  = x.to_vector();
    const auto classes = y.to_vector();
    REQUIRE(classes.size() == 10);
    for (std::size_t j = 0; j < 10; ++j) {
      CHECK(values[2 * j] == static_cast<float>(classes[j]));
      ++count[static_cast<std::size_t>(classes[j])];
    }
    again += std::set<std::int32_t>(classes.begin(), classes.end()).size() < 10 ? 1 : 0;
  }
  double chi_squared = 0;
  for (const double n : count) chi_squared += (n - 1000) * (n - 1000) / 1000;
  CHECK(chi_squared < 65);  // 19 degrees of freedom: false alarm 1e-6
  // The expected share of such batches is 1 − 20!/(10!·20¹⁰) = 0.9345. Five standard errors: false alarm 6e-7.
  CHECK(std::abs(again / 2000 - 0.9345) < 5 * std::sqrt(0.9345 * 0.0655 / 2000));
}

TEST_CASE("streams with different generators differ, and those with the same seed agree") {
  const auto set = counting_set<tensor>(50);
  jem::rng g{7};
  jem::data::batch_stream one(set, 10, g.split()), other(set, 10, g.split());
  const auto first = drawn(one, 10);
  CHECK(first != drawn(other, 10));
  jem::rng again{7};
  jem::data::batch_stream same(set, 10, again.split());
  CHECK(first == drawn(same, 10));
}

TEST_CASE("an epoch advances the generator, so that the next one differs") {
  const auto set = counting_set<tensor>(50);
  jem::rng g{7};
  const auto one = (*jem::data::batches(set, 50, g).begin()).y.to_vector();
  CHECK(one != (*jem::data::batches(set, 50, g).begin()).y.to_vector());
  jem::rng again{7};
  CHECK(one == (*jem::data::batches(set, 50, again).begin()).y.to_vector());
}

TEST_CASE("a batch may be the whole set or one image") {
  const auto set = counting_set<tensor>(3);
  jem::rng g{1};
  jem::data::batches whole(set, 3, g);
  CHECK(whole.size() == 1);
  CHECK(std::ranges::distance(whole.begin(), whole.end()) == 1);
  CHECK(jem::data::batches(set, 1, g).size() == 3);
  const auto single = counting_set<tensor>(1);
  jem::data::batch_stream stream(single, 1, g);
  CHECK(drawn(stream, 3) == std::vector<std::int32_t>{0, 0, 0});
}

TEST_CASE("an empty batch, or one larger than the set, is refused") {
  const auto set = counting_set<tensor>(5), none = counting_set<tensor>(0);
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(jem::data::batches(set, 6, g), "[batches] expected a batch of at most 5, the size of the set, but received 6",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::data::batches(set, 0, g), "[batches] expected a batch >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_AS(jem::data::batch_stream(set, -1, g), std::invalid_argument);
  CHECK_THROWS_AS(jem::data::batch_stream(none, 1, g), std::invalid_argument);
}

TEST_CASE("permutation(n) has each of 0, ..., n - 1 once, for any n") {
  jem::rng g{1};
  CHECK(jem::data::permutation(0, g).empty());
  CHECK(jem::data::permutation(1, g) == std::vector<std::int32_t>{0});
  auto order = jem::data::permutation(1000, g);
  CHECK(!std::ranges::is_sorted(order));
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] == static_cast<std::int32_t>(i));
}

TEST_CASE("all permutations of three are equally likely") {
  jem::rng g{1};
  std::array<double, 6> counts{};
  for (int i = 0; i < 6000; ++i) {
    const auto p = jem::data::permutation(3, g);
    ++counts[static_cast<std::size_t>(2 * p[0] + (p[1] > p[2] ? 1 : 0))];
  }
  const double statistic =
      std::accumulate(counts.begin(), counts.end(), 0.0, [](double sum, double c) { return sum + (c - 1000) * (c - 1000) / 1000; });
  CHECK(statistic < 35.9);  // χ² with 5 degrees of freedom: false alarm 1e-6
}
