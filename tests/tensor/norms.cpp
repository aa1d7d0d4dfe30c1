// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/norms.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using jem::shape;
using numbers                = std::vector<double>;
constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float least        = std::numeric_limits<float>::denorm_min();

namespace {

template <class V>
void check_rows(const std::vector<V>& values, const numbers& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    const auto value = static_cast<double>(values[i]);
    CHECK((value == expected[i] || std::abs(value - expected[i]) <= 1e-6 * std::abs(expected[i])));  // infinities are equal
  }
}

/// Calls f with the tensor types of float and double on every backend.
template <class F>
void on_every_type(F f) {
  test::on_every_backend([&]<class B>() {
    f.template operator()<jem::tensor<float, B>>();
    f.template operator()<jem::tensor<double, B>>();
  });
}

}  // namespace

TEST_CASE("row_norms and norm are Euclidean, also for rows of several axes and of no elements") {
  on_every_type([]<class T>() {
    check_rows(row_norms(T({2, 2, 2}, {1, 1, 1, 1, 2, 4, -5, 6})).to_vector(), {2, 9});
    check_rows(row_norms(T(shape{2, 0})).to_vector(), {0, 0});
    CHECK(row_norms(T(shape{0, 2})).size() == 0);
    CHECK(jem::norm(T({2, 2}, {2, 4, -5, 6})) == 9);
    CHECK(jem::norm(T{}) == 0);
    CHECK_THROWS_AS(row_norms(T(shape{}, {1})), std::invalid_argument);
  });
}

TEST_CASE("norms of floats neither overflow nor underflow") {
  test::on_every_tensor([]<class T>() {
    const T x({5, 2}, {3e19f, 4e19f, 3e38f, 3e38f, 3e-30f, 4e-30f, least, 0, infinity, -1});
    check_rows(row_norms(x).to_vector(), {5e19, 3e38 * std::sqrt(2.0), 5e-30, static_cast<double>(least), HUGE_VAL});
    CHECK(std::isnan(row_norms(T({1, 2}, {infinity, not_a_number})).to_vector()[0]));
    CHECK(jem::norm(T({2}, {3e30f, 4e30f})) == doctest::Approx(5e30));
  });
}

TEST_CASE("norms of doubles neither overflow nor underflow") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    const T x({4, 3}, {3e200, 4e200, 0, 3e-200, 4e-200, 0, 1e-320, 0, 0, HUGE_VAL, 1, 1});
    check_rows(row_norms(x).to_vector(), {5e200, 5e-200, 1e-320, HUGE_VAL});
    CHECK(jem::norm(T({2}, {3e300, 4e300})) == doctest::Approx(5e300));
    CHECK(row_norms(T(shape{1, 3}, {0, 0, 0})).to_vector()[0] == 0);
  });
}

TEST_CASE("shorten_rows scales longer rows of any size to the length, and changes no bit of the others") {
  test::on_every_tensor([]<class T>() {
    T x({6, 2}, {1e20f, 0, 3e19f, 4e19f, 3e38f, -3e38f, 0.25f, 0.5f, 0, 0, 1e-30f, -1});
    shorten_rows(x, 1);
    const double half = std::sqrt(0.5);
    check_rows(x.to_vector(), {1, 0, 0.6, 0.8, half, -half, 0.25, 0.5, 0, 0, 1e-30, -1});
    CHECK(x.to_vector()[6] == 0.25f);
    shorten_rows(x, 0);
    check_rows(x.to_vector(), numbers(12));
  });
}

TEST_CASE("normalise_rows gives a row of any size length 1, and leaves rows of zeros") {
  on_every_type([]<class T>() {
    T x({4, 2}, {3e-30f, 4e-30f, 3e30f, -4e30f, 0, 0, least, 0});
    normalise_rows(x);
    check_rows(x.to_vector(), {0.6, 0.8, 0.6, -0.8, 0, 0, 1, 0});
  });
  test::on_every_backend([]<class B>() {
    jem::tensor<double, B> x({3, 2}, {3e-200, 4e-200, 3e200, 4e200, 1.5e308, -1.5e308});
    normalise_rows(x);
    check_rows(x.to_vector(), {0.6, 0.8, 0.6, 0.8, std::sqrt(0.5), -std::sqrt(0.5)});
  });
}

TEST_CASE("shorten_rows divides the length among the infinite elements of a row, and leaves NaN") {
  on_every_type([]<class T>() {
    T x({3, 4}, {infinity, 1, 0, -5, infinity, -infinity, 3, infinity, not_a_number, 7, 8, 9});
    shorten_rows(x, 3);
    const auto values = x.to_vector();
    const double part = std::sqrt(3.0);
    check_rows(std::vector(values.begin(), values.begin() + 8), {3, 0, 0, 0, part, -part, 0, part});
    CHECK(std::isnan(values[8]));
    CHECK(values[9] == 7);
  });
}
