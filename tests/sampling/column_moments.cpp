// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/column_moments.hpp>
#include <jem/tensor/noise.hpp>

using namespace test;

TEST_CASE_TEMPLATE("moments are pooled over batches", T, eigen_double, guarded_double) {
  jem::column_moments<T> moments;
  moments.add(T({2, 2}, {1, 10, 2, 10}));
  moments.add(T({1, 2}, {6, 10}));
  CHECK(moments.count() == 3);
  CHECK(largest_difference(moments.mean(), std::vector<double>{3, 10}) < 1e-14);
  CHECK(largest_difference(moments.variance(), std::vector<double>{14.0 / 3, 0}) < 1e-14);  // (4 + 1 + 9) / 3
}

TEST_CASE("coordinates of an image are separate, and one row has no variance") {
  jem::column_moments<eigen_double> moments;
  moments.add(eigen_double({1, 1, 2, 2}, {1, 2, 3, 4}));
  CHECK(moments.mean() == std::vector<double>{1, 2, 3, 4});
  CHECK(moments.variance() == std::vector<double>(4, 0));
}

TEST_CASE("floats far from 0 keep the digits of their variance") {
  jem::rng g{1};
  jem::column_moments<eigen_float> moments;
  for (int k = 0; k < 50; ++k) {
    const auto x = jem::normal<eigen_float>({400, 1}, g);
    moments.add(jem::map(x, [](float v) { return 10'000 + v; }));
  }
  // 20 000 draws: the standard error of the variance is 0.01; floats near 10⁴ are rounded to 0.001
  CHECK(moments.variance()[0] == doctest::Approx(1).epsilon(0.06));
  CHECK(moments.mean()[0] == doctest::Approx(10'000).epsilon(1e-5));
}
