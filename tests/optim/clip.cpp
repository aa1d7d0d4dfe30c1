// SPDX-License-Identifier: MIT
#include "../support/optimiser_goldens.hpp"

#include <jem/optim/clip.hpp>

#include <limits>

using namespace test;

TEST_CASE_TEMPLATE("clip_global_norm scales all parameters by one factor to the limit, and returns the norm before", T, eigen_double,
                   guarded_double) {
  jem::linear<T> gradient{T({1, 2}, {2, 4}), T({2}, {-5, 6})};  // norm 9
  CHECK(jem::clip_global_norm(gradient, 3) == 9);
  CHECK(largest_difference(numbers(gradient), std::vector<double>{2.0 / 3, 4.0 / 3, -5.0 / 3, 2}) < 1e-6);
  CHECK(jem::global_norm(gradient) == doctest::Approx(3));
}

TEST_CASE("clip_global_norm leaves a gradient within the limit as it is") {
  auto gradient     = wave_layer<reference_double>();
  const auto before = numbers(gradient);
  const double norm = jem::global_norm(gradient);
  CHECK(jem::clip_global_norm(gradient, norm) == norm);
  CHECK(numbers(gradient) == before);
  jem::linear<reference_double> zero = jem::zeros_like(gradient);
  CHECK(jem::clip_global_norm(zero, 1) == 0);
  CHECK(numbers(zero) == std::vector<double>(9));
}

TEST_CASE("clip_global_norm is right for gradients whose squares overflow or underflow in float") {
  using T = eigen_float;
  jem::linear<T> large{T({1, 2}, {2e30f, 4e30f}), T({2}, {-5e30f, 6e30f})}, small{T({1, 2}, {2e-30f, 4e-30f}), T({2}, {-5e-30f, 6e-30f})};
  CHECK(jem::clip_global_norm(large, 9) == doctest::Approx(9e30));
  CHECK(jem::clip_global_norm(small, 9e-37) == doctest::Approx(9e-30));
  CHECK(largest_difference(numbers(large), std::vector<double>{2, 4, -5, 6}) < 1e-6);
  CHECK(largest_difference(numbers(small), std::vector<double>{2e-37, 4e-37, -5e-37, 6e-37}) < 1e-43);
  jem::linear<T> most{T({1, 2}, {3e38f, 3e38f}), T({2}, {3e38f, 3e38f})};
  CHECK(jem::clip_global_norm(most, 1) == doctest::Approx(6e38));
  CHECK(largest_difference(numbers(most), std::vector<double>(4, 0.5)) < 1e-6);
  jem::linear<reference_double> beyond{reference_double({1, 1}, {3e200}), reference_double({1}, {-4e200})};
  CHECK(jem::clip_global_norm(beyond, 5) == doctest::Approx(5e200));
  CHECK(largest_difference(numbers(beyond), std::vector<double>{3, -4}) < 1e-12);
}

TEST_CASE("clip_global_norm returns a norm that is not finite, and leaves the gradient as it is") {
  using T = reference_double;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    jem::linear<T> gradient{T({1, 2}, {2, bad}), T({2}, {-5, 6})};
    CHECK_FALSE(std::isfinite(jem::clip_global_norm(gradient, 1)));
    CHECK(numbers(gradient)[0] == 2);
    CHECK(numbers(gradient)[3] == 6);
  }
}

TEST_CASE("clip_global_norm refuses a limit that is negative or NaN, and changes nothing for an infinite one") {
  auto gradient     = wave_layer<reference_double>();
  const auto before = numbers(gradient);
  for (const double bad : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_WITH_AS(jem::clip_global_norm(gradient, bad), doctest::Contains("[clip_global_norm] expected limit >= 0 but received"),
                         std::invalid_argument);
  }
  CHECK(jem::clip_global_norm(gradient, std::numeric_limits<double>::infinity()) == jem::global_norm(gradient));
  CHECK(numbers(gradient) == before);
}
