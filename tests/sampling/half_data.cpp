// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/half_data.hpp>

#include <set>

using T = test::eigen_float;

static_assert(jem::sample_buffer<jem::half_data<T>, T>);
static_assert(!std::constructible_from<jem::half_data<T>, T>, "a temporary set would be gone");

TEST_CASE("half of the chains start at images, the rest at noise; each draw is new, and the same from the same generator") {
  test::on_every_tensor([]<class X>() {
    const X images({3, 1, 2}, {10, 11, 20, 21, 30, 31});
    const jem::half_data starts(images, jem::uniform_start{-1, 1});
    jem::rng g{1}, same{1};
    const auto first = starts.draw(7, g);
    CHECK(first.position.extents() == jem::shape{7, 1, 2});
    const auto x = first.position.to_vector();
    for (std::size_t i = 0; i < 6; i += 2) {
      CHECK((x[i] == 10 || x[i] == 20 || x[i] == 30));
      CHECK(x[i + 1] == x[i] + 1);
    }
    for (std::size_t i = 6; i < 14; ++i) CHECK(std::abs(x[i]) <= 1);
    CHECK(starts.draw(7, same).position.to_vector() == x);
    CHECK(starts.draw(7, g).position.to_vector() != x);
  });
}

TEST_CASE("every image is drawn") {
  std::vector<float> values(20);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const T images({20, 1}, values);
  jem::rng g{2};
  const auto x = jem::half_data(images).draw(600, g).position.to_vector();
  CHECK(std::set<float>(x.begin(), x.begin() + 300).size() == 20);  // fails for one seed in 240 000
}

TEST_CASE("a draw of one chain is noise, one of none is empty; there are no classes, and no set without an image") {
  const T images({2, 1}, {5, 6}), none({0, 1});
  jem::rng g{3};
  const jem::half_data starts(images, jem::uniform_start{-1, 1});
  CHECK(std::abs(starts.draw(1, g).position.to_vector()[0]) <= 1);
  CHECK(starts.draw(0, g).position.size() == 0);
  CHECK_THROWS_AS(starts.draw(jem::labels<T>({1}, {0}), g), std::invalid_argument);
  CHECK_THROWS_AS(jem::half_data(none, jem::uniform_start{}), std::invalid_argument);
}
