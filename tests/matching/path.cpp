// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/matching/path.hpp>

using T = test::eigen_double;

static_assert(jem::matching_path<jem::equilibrium_path, T> && jem::matching_path<jem::denoising_path, T>);
static_assert(jem::matching_path<jem::half_and_half<jem::equilibrium_path, jem::denoising_path>, T>);
static_assert(!jem::matching_path<jem::ramp, T>);

TEST_CASE("a point of a straight path is image plus level times direction, and its target is strength times direction") {
  jem::rng g{1};
  const T x({2, 2}, {1, 2, 3, 4});
  const auto to_four = jem::toward{jem::uniform_start{.low = 4, .high = 4}};
  const jem::straight_path path{
      .direction = to_four, .level = jem::uniform_level{.low = 0.25f, .high = 0.25f}, .strength = jem::ramp{.level = 0.5f}};
  const auto [points, targets] = path(x, g);
  CHECK(points.to_vector() == std::vector<double>{1.75, 2.5, 3.25, 4});
  CHECK(targets.to_vector() == std::vector<double>{1.5, 1, 0.5, 0});
}

TEST_CASE("each image has a different level") {
  jem::rng g{2};
  const T x = jem::zeros<T>({5, 3});
  const jem::straight_path path{.direction = jem::added{jem::uniform_start{.low = 1, .high = 1}}, .strength = jem::unit_strength{}};
  const auto points = path(x, g).x.to_vector();
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(points[3 * i] == points[3 * i + 1]);
    CHECK(points[3 * i] == points[3 * i + 2]);
    for (std::size_t j = 0; j < i; ++j) CHECK(points[3 * i] != points[3 * j]);
  }
}

TEST_CASE("with score_strength the target is minus the score of the added noise") {
  jem::rng g{3};
  const jem::straight_path path{
      .direction = jem::added{}, .level = jem::uniform_level{.low = 0.5f, .high = 0.5f}, .strength = jem::score_strength{}};
  const T x                    = jem::full<T>({4, 2}, 3);
  const auto [points, targets] = path(x, g);
  CHECK(test::largest_difference(targets.to_vector(), ((points - x) * jem::full<T>({4, 2}, 4)).to_vector()) < 1e-12);  // (x̃ − x)/ℓ²
}

TEST_CASE("half_and_half uses one path for the first half of a batch, rounded up, and the other for the rest") {
  jem::rng g{4};
  const auto by = [](float level) {
    return jem::straight_path{.direction = jem::added{jem::uniform_start{.low = 1, .high = 1}},
                              .level     = jem::uniform_level{.low = level, .high = level},
                              .strength  = jem::score_strength{}};
  };
  const jem::half_and_half path{by(0.25f), by(0.5f)};
  const auto [points, targets] = path(jem::zeros<T>({3, 1}), g);
  CHECK(points.to_vector() == std::vector<double>{0.25, 0.25, 0.5});
  CHECK(targets.to_vector() == std::vector<double>{4, 4, 2});
  CHECK(path(jem::zeros<T>({1, 1}), g).x.to_vector() == std::vector<double>{0.25});
}
