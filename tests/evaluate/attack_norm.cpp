// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/attack_norm.hpp>

#include <algorithm>
#include <cmath>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;
using evaluate::l2, evaluate::linf;

static_assert(evaluate::attack_norm<linf, T>);
static_assert(evaluate::attack_norm<l2, jem::tensor<double, jem::reference>>);
static_assert(!evaluate::attack_norm<int, T>);

TEST_CASE("starts are uniform in the cube of linf, and have uniform lengths in the ball of l2") {
  jem::rng g{5};
  const auto cube = linf{}.start<T>({4000, 3}, 0.5f, g).to_vector();
  CHECK(std::ranges::all_of(cube, [](float v) { return v >= -0.5f && v <= 0.5f; }));
  CHECK(std::ranges::max(cube) > 0.49f);
  CHECK(std::ranges::min(cube) < -0.49f);
  const T ball       = l2{}.start<T>({4000, 3}, 0.5f, g);
  const auto squares = jem::row_dots(ball, ball).to_vector();
  double mean        = 0;
  for (const float s : squares) mean += std::sqrt(s) / 4000.0;
  CHECK(std::sqrt(std::ranges::max(squares)) <= 0.5f + 1e-6f);
  CHECK(std::abs(mean - 0.25) < 5 * 0.5 / std::sqrt(12 * 4000.0));  // five standard errors: false alarm 6e-7
}

TEST_CASE("projection moves changes outside the ball to its edge, and leaves those inside as they are") {
  test::on_every_tensor([]<class X>() {
    X in_cube({1, 3}, {0.5f, -2, 0.25f}), in_ball({2, 2}, {3, -4, 0.3f, -0.4f});
    linf{}.project(in_cube, 0.5f);
    CHECK(in_cube.to_vector() == std::vector<float>{0.5f, -0.5f, 0.25f});
    l2{}.project(in_ball, 1);  // each image separately
    const auto values = in_ball.to_vector();
    CHECK(values[0] == doctest::Approx(0.6));
    CHECK(values[1] == doctest::Approx(-0.8));
    CHECK(values[2] == 0.3f);
    CHECK(values[3] == -0.4f);
  });
}

TEST_CASE("the direction of a zero gradient is zero, and that of any other gradient has length 1") {
  T flat = jem::zeros<T>({2, 3});
  linf{}.direct(flat);
  CHECK(flat.to_vector() == std::vector<float>(6, 0));
  l2{}.direct(flat);
  CHECK(flat.to_vector() == std::vector<float>(6, 0));
  for (const float size : {1e-30f, 1e-20f, 1.0f, 1e25f}) {
    CAPTURE(size);
    T corner({1, 2}, {3 * size, -4 * size}), slope = corner;
    linf{}.direct(corner);
    CHECK(corner.to_vector() == std::vector<float>{1, -1});
    l2{}.direct(slope);
    CHECK(slope.to_vector()[0] == doctest::Approx(0.6));
    CHECK(slope.to_vector()[1] == doctest::Approx(-0.8));
  }
}
