// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/largest_variance.hpp>
#include <jem/tensor/noise.hpp>

using namespace test;

namespace {

/// λ after some batches of 64 rows of d normals; if wide, they are 3 times as wide along the diagonal.
double found(jem::index_t d, bool wide, int batches) {
  jem::rng g{5};
  jem::largest_variance<eigen_double> leading(d);
  for (int k = 0; k < batches; ++k) {
    auto z = jem::normal<eigen_double>({64, d}, g).to_vector();
    for (std::size_t i = 0; wide && i < 64; ++i) {
      double along = 0;  // z ← z + 2·e·(eᵀz), e = (1, …, 1)/√d
      for (jem::index_t j = 0; j < d; ++j) along += z[i * static_cast<std::size_t>(d) + static_cast<std::size_t>(j)];
      for (jem::index_t j = 0; j < d; ++j)
        z[i * static_cast<std::size_t>(d) + static_cast<std::size_t>(j)] += 2 * along / static_cast<double>(d);
    }
    leading.add(eigen_double({64, d}, z), 64);
  }
  return leading.value();
}

}  // namespace

TEST_CASE("the largest variance is that of the widest direction, which is no coordinate") {
  CHECK(found(20, true, 40) == doctest::Approx(9).epsilon(0.2));
}

TEST_CASE("the largest variance of a normal in 100 dimensions is not overestimated by 64 chains") {
  CHECK(found(100, false, 40) == doctest::Approx(1).epsilon(0.2));  // that of a batch's own covariance is about (1 + √(100/64))² = 5
}

TEST_CASE("it is 1 before a block is complete") {
  jem::largest_variance<eigen_double> leading(2);
  leading.add(eigen_double({1, 2}, {100, 100}), 1);
  CHECK(leading.value() == 1);
}

TEST_CASE("after a change of scales it is the variance along the same direction") {
  jem::largest_variance<eigen_double> leading(1);
  leading.add(eigen_double({64, 1}, std::vector<double>(64, 3)), 64);
  CHECK(leading.value() == doctest::Approx(9));
  leading.rescale({0.5});
  CHECK(leading.value() == doctest::Approx(2.25));
}

TEST_CASE("numbers that overflow do not poison it") {
  jem::largest_variance<eigen_float> leading(2);
  for (int k = 0; k < 3; ++k) leading.add(jem::full<eigen_float>({64, 2}, 3e38f), 64);
  CHECK(std::isfinite(leading.value()));
  leading.rescale({0, 0});
  CHECK(leading.value() == 1);
  for (int k = 0; k < 6; ++k) leading.add(jem::full<eigen_float>({64, 2}, 2), 64);
  CHECK(leading.value() == doctest::Approx(8));
}
