// SPDX-License-Identifier: MIT
#include <jem/tensor/cholesky.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

TEST_CASE("a factor times its transpose is the matrix") {
  std::vector<double> a{4, 2, -2, 2, 10, 2, -2, 2, 6};  // (2, 0, 0), (1, 3, 0), (−1, 1, 2)
  jem::detail::cholesky("test", "a covariance", a, 3);
  CHECK(a == std::vector<double>{2, 0, 0, 1, 3, 0, -1, 1, 2});
  constexpr std::size_t d = 21;  // dot products with and without whole groups of eight
  std::vector<double> big(d * d);
  for (std::size_t i = 0; i < d * d; ++i) big[i] = i % (d + 1) == 0 ? 2 : 1 / (1.0 + static_cast<double>(i / d + i % d));
  auto factor = big;
  jem::detail::cholesky("test", "a covariance", factor, d);
  double error = 0;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < d; ++k) product += factor[i * d + k] * factor[j * d + k];
      error = std::max(error, std::abs(product - big[i * d + j]));
    }
  }
  CHECK(error < 1e-14);
}

TEST_CASE("a matrix that is not positive definite, or not finite, has no factor") {
  for (const double corner : {1.0, 4.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    std::vector<double> a{1, 2, 2, corner};  // 4 makes it singular
    CHECK_THROWS_WITH_AS(jem::detail::cholesky("test", "a covariance", a, 2),
                         doctest::Contains("[test] expected a covariance but received"), std::invalid_argument);
  }
}
