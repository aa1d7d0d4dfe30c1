// SPDX-License-Identifier: MIT
// That a trainer takes it, and a checkpoint, is asked by tests/evaluate/adversary.cpp.
#include "../support/doubles.hpp"

#include <jem/sampling/fresh_starts.hpp>
#include <jem/sampling/from_images.hpp>

using T = test::eigen_float;

static_assert(jem::sample_buffer<jem::fresh_starts<T>, T>);
static_assert(jem::sample_buffer<jem::fresh_starts<T, jem::from_images<T>>, T>);
static_assert(!jem::sample_buffer<jem::fresh_starts<T>, jem::tensor<double, jem::eigen>>);

TEST_CASE("each draw is a new one of the start, whatever was stored") {
  test::on_every_tensor([]<class X>() {
    jem::fresh_starts<X, jem::normal_start> starts({2, 1}, 0, {.mean = 7, .deviation = 0.5f});
    jem::rng g{1}, same = g;
    const auto first = starts.draw(3, g);
    CHECK(first.position.extents() == jem::shape{3, 2, 1});
    CHECK(first.position.to_vector() == jem::normal_start{.mean = 7, .deviation = 0.5f}.operator()<X>({3, 2, 1}, same).to_vector());
    CHECK(g == same);
    CHECK(first.slots.size() + first.y.size() == 0);
    starts.store({jem::zeros<X>({3, 2, 1}), {}, {}});
    const auto second = starts.draw(3, g).position.to_vector();
    CHECK(second == jem::normal_start{.mean = 7, .deviation = 0.5f}.operator()<X>({3, 2, 1}, same).to_vector());
    CHECK(second != first.position.to_vector());
    CHECK(starts.draw(0, g).position.extents() == jem::shape{0, 2, 1});
  });
}

TEST_CASE("a draw by class has the labels that it was asked for") {
  const jem::fresh_starts<T> starts({2}, 3);
  jem::rng g{1};
  const auto drawn = starts.draw(jem::labels<T>({4}, {2, 0, 1, 2}), g);
  CHECK(starts.classes() == 3);
  CHECK(drawn.position.extents() == jem::shape{4, 2});
  CHECK(drawn.y.to_vector() == std::vector<std::int32_t>{2, 0, 1, 2});
}

TEST_CASE("labels without classes, labels that are no classes and numbers below 0 are refused before anything is drawn") {
  const jem::fresh_starts<T> none({2}), three({2}, 3);
  jem::rng g{1};
  const jem::labels<T> y({1}, {0}), wrong({2}, {0, 3});
  CHECK_THROWS_WITH_AS(none.draw(y, g), "[fresh_starts] expected starts with classes but received labels for some without",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(three.draw(wrong, g), "[fresh_starts] expected labels in [0, 3) but received 3 at index 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(three.draw(-1, g), "[fresh_starts] expected chains >= 0 but received -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::fresh_starts<T>({2}, -1), "[fresh_starts] expected classes >= 0 but received -1", std::invalid_argument);
  CHECK(g == jem::rng{1});
}
