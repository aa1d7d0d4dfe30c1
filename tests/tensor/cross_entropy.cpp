// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/cross_entropy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using floats                 = std::vector<float>;
constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("cross_entropies do not change if a number is added to all logits, and are accurate if p is near 1") {
  test::on_every_tensor([]<class T>() {
    const T x({6, 3}, {0, 1, 2, 1e6f, 1e6f + 1, 1e6f + 2, 30, 0, -infinity, 1e30f, -1e30f, 0, infinity, 0, 0, -200, 0, 0});
    const auto loss    = cross_entropies(x, jem::labels<T>({6}, {1, 1, 0, 1, 0, 0})).to_vector();
    const double plain = std::log(std::exp(-1.0) + 1 + std::exp(1.0));
    CHECK(loss[0] == doctest::Approx(plain).epsilon(1e-6));
    CHECK(loss[1] == loss[0]);
    CHECK(loss[2] == doctest::Approx(std::exp(-30.0)).epsilon(1e-5));
    CHECK(loss[3] == 2e30f);
    CHECK(loss[4] == 0);
    CHECK(loss[5] == doctest::Approx(200 + std::log(2.0)).epsilon(1e-6));
    CHECK(cross_entropies(T({1, 1}, {-7}), jem::labels<T>({1}, {0})).to_vector() == floats{0});
    CHECK(std::isnan(cross_entropies(T({1, 2}, {1, not_a_number}), jem::labels<T>({1}, {0})).to_vector()[0]));
  });
}

TEST_CASE("log_odds_against ranks predictions whose p rounds to 1 in float, for logits of any size") {
  test::on_every_tensor([]<class T>() {
    const T x({4, 3}, {0, 1, 2, 1e6f, 1e6f + 1, 1e6f + 2, 300, 0, 0, 500, 0, 0});
    const auto odds = log_odds_against(x, jem::labels<T>({4}, {1, 1, 0, 0})).to_vector();
    CHECK(odds[0] == doctest::Approx(std::log(std::exp(-1.0) + std::exp(1.0))).epsilon(1e-6));
    CHECK(odds[1] == odds[0]);
    CHECK(odds[2] == doctest::Approx(std::log(2.0) - 300).epsilon(1e-6));
    CHECK(odds[3] < odds[2]);
  });
}

TEST_CASE("cross_entropy_slope is p - 1 at the label and p elsewhere, and accurate where p rounds to 1") {
  test::on_every_tensor([]<class T>() {
    const T x({3, 3}, {0, 1, 2, 30, 0, 1, -1e30f, 1e30f, 0});
    const jem::labels<T> y({3}, {1, 0, 0});
    const auto slope = cross_entropy_slope(x, y).to_vector(), p = softmax(x).to_vector();
    for (std::size_t j : {0u, 2u}) CHECK(slope[j] == doctest::Approx(p[j]).epsilon(1e-5));
    CHECK(slope[1] == doctest::Approx(p[1] - 1).epsilon(1e-5));
    CHECK(slope[3] == doctest::Approx(-std::exp(-29.0) - std::exp(-30.0)).epsilon(1e-5));
    CHECK(slope[5] == doctest::Approx(std::exp(-29.0)).epsilon(1e-5));
    CHECK(std::vector<float>(slope.begin() + 6, slope.end()) == floats{-1, 1, 0});
  });
}

TEST_CASE("cross_entropies with an argument for the slope has the bits of both functions") {
  test::on_every_tensor([]<class T>() {
    const T x = 40 * test::random_tensor<T>({20, 7}, 3);
    std::vector<std::int32_t> classes(20);
    for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int32_t>(i % 7);
    const jem::labels<T> y({20}, classes);
    T slope;
    CHECK(test::same_bits(cross_entropies(x, y, slope).to_vector(), cross_entropies(x, y).to_vector()));
    CHECK(test::same_bits(slope.to_vector(), cross_entropy_slope(x, y).to_vector()));
  });
}

TEST_CASE("rival_slope has the direction of cross_entropy_slope without the factor 1 - p, which may vanish") {
  test::on_every_tensor([]<class T>() {
    const T x({4, 3}, {0, 1, 2, 1000, 0, 1, 5, 5, 1000, 7, -1e30f, -1e30f});
    const auto slope  = rival_slope(x, jem::labels<T>({4}, {1, 0, 2, 0})).to_vector();
    const double near = 1 / (1 + std::exp(-2.0)), next = 1 / (1 + std::exp(-1.0));
    const std::vector<double> expected{1 - near, -1, near, -1, 1 - next, next, 0.5, 0.5, -1, -1, 0.5, 0.5};
    CHECK(test::largest_difference(slope, expected) < 1e-6);
    CHECK_THROWS_AS(rival_slope(x, jem::labels<T>({2}, {0, 0})), std::invalid_argument);
  });
}
