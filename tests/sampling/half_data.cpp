// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/half_data.hpp>

using T = test::eigen_float;

static_assert(!std::constructible_from<jem::half_data<T>, T>, "a temporary set would be gone");

TEST_CASE("half of the chains start at images, the rest at noise; each draw is new, and the same from the same generator") {
  test::on_every_tensor([]<class X>() {
    const X images({3, 1, 2}, {10, 11, 20, 21, 30, 31});
    const jem::half_data start(images, jem::uniform_start{-1, 1});
    const auto drawn = [&](jem::rng& g) { return start.template operator()<X>({7, 1, 2}, g); };
    jem::rng g{1}, same{1};
    const X first = drawn(g);
    CHECK(first.extents() == jem::shape{7, 1, 2});
    const auto x = first.to_vector();
    for (std::size_t i = 0; i < 6; i += 2) {
      CHECK((x[i] == 10 || x[i] == 20 || x[i] == 30));
      CHECK(x[i + 1] == x[i] + 1);
    }
    for (std::size_t i = 6; i < 14; ++i) CHECK(std::abs(x[i]) <= 1);
    CHECK(drawn(same).to_vector() == x);
    CHECK(drawn(g).to_vector() != x);
  });
}

TEST_CASE("one chain starts at noise, and no chain is an empty batch; there is no start without an image") {
  const T images({2, 1}, {5, 6}), none({0, 1});
  jem::rng g{3};
  const jem::half_data start(images, jem::uniform_start{-1, 1});
  CHECK(std::abs(start.operator()<T>({1, 1}, g).to_vector()[0]) <= 1);
  CHECK(start.operator()<T>({0, 1}, g).size() == 0);
  CHECK_THROWS_AS(jem::half_data(none, jem::uniform_start{}), std::invalid_argument);
}

TEST_CASE("images and noise of other extents than the chains are refused before anything is drawn") {
  const T images({2, 1}, {5, 6});
  jem::rng g{3}, untouched{3};
  CHECK_THROWS_AS(jem::half_data(images).operator()<T>({4, 2}, g), std::invalid_argument);
  CHECK(g.next().uniform(0) == untouched.next().uniform(0));
}
