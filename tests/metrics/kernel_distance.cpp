// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/metrics/kernel_distance.hpp>
#include <jem/tensor/noise.hpp>

using T = test::eigen_double;

TEST_CASE("the kernel distance agrees with its formula") {
  const T x({2, 1}, {0, 1}), y({2, 1}, {0, 2});
  const auto k = [](double d) { return std::exp(-d * d / 2); };
  CHECK(jem::metrics::kernel_distance(x, y, 1) == doctest::Approx(k(1) + k(2) - (k(0) + k(2) + k(1) + k(1)) / 2));
  CHECK(jem::metrics::kernel_distance(x, y, 2) == doctest::Approx(k(0.5) + k(1) - (k(0) + k(1) + k(0.5) + k(0.5)) / 2));
}

TEST_CASE("the kernel distance of samples is near that of their distributions") {
  jem::rng g{3};
  const T a = jem::normal<T>({800, 1}, g), b = jem::normal<T>({800, 1}, g);
  T moved = b;
  jem::apply(moved, [](double v) { return v + 1; });
  // N(0, 1) and N(1, 1) have the distance 2/√3·(1 − exp(−1/6)) for width 1. The standard deviation over seeds is below 0.004.
  CHECK(std::abs(jem::metrics::kernel_distance(a, b, 1)) < 0.01);
  CHECK(jem::metrics::kernel_distance(a, moved, 1) == doctest::Approx(2 / std::sqrt(3.0) * (1 - std::exp(-1.0 / 6))).epsilon(0.15));
}

TEST_CASE("the kernel distance refuses a single image, and a width of 0") {
  const T one = jem::zeros<T>({1, 2}), two = jem::zeros<T>({2, 2});
  CHECK_THROWS_AS(jem::metrics::kernel_distance(one, two, 1), std::invalid_argument);
  CHECK_THROWS_AS(jem::metrics::kernel_distance(two, one, 1), std::invalid_argument);
  CHECK_THROWS_AS(jem::metrics::kernel_distance(two, two, 0), std::invalid_argument);
}
