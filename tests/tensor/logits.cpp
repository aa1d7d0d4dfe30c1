// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/logits.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using jem::shape;
using floats                 = std::vector<float>;
using classes                = std::vector<std::int32_t>;
using eigen_tensor           = jem::tensor<float, jem::eigen>;
constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("log_sum_exp survives large and infinite logits") {
  test::on_every_tensor([]<class T>() {
    const T x({5, 2}, {0, 0, 1000, 1000, -1000, -1001, 5, -infinity, 88, 89});
    const auto lse = log_sum_exp(x).to_vector();
    CHECK(lse[0] == doctest::Approx(std::log(2.0)).epsilon(1e-6));
    CHECK(lse[1] == doctest::Approx(1000 + std::log(2.0)).epsilon(1e-6));
    CHECK(lse[2] == doctest::Approx(-1000 + std::log1p(std::exp(-1.0))).epsilon(1e-6));
    CHECK(lse[3] == 5);
    CHECK(lse[4] == doctest::Approx(89 + std::log1p(std::exp(-1.0))).epsilon(1e-6));
  });
}

TEST_CASE("log_sum_exp and softmax pass NaN on, wherever in the row it stands, and to no other row") {
  test::on_every_tensor([]<class T>() {
    const T x({3, 3}, {not_a_number, 1, 2, 1, 2, not_a_number, 1, 2, 3});
    const auto lse = log_sum_exp(x).to_vector();
    CHECK(std::isnan(lse[0]));
    CHECK(std::isnan(lse[1]));
    CHECK(std::isfinite(lse[2]));
    CHECK(std::isnan(softmax(x).to_vector()[4]));
  });
}

TEST_CASE("log_sum_exp of nothing but -infinity is -infinity, unless a NaN is among them") {
  test::on_every_tensor([]<class T>() {
    const auto lse = log_sum_exp(T({3, 2}, {-infinity, -infinity, -infinity, not_a_number, not_a_number, -infinity})).to_vector();
    CHECK(lse[0] == -infinity);
    CHECK(std::isnan(lse[1]));
    CHECK(std::isnan(lse[2]));
  });
}

TEST_CASE("softmax has rows that sum to one, is unmoved by a shift, and is 1 for one class") {
  test::on_every_tensor([]<class T>() {
    const T x = 30 * test::random_tensor<T>({50, 10}, 1);
    for (const float total : row_sums(softmax(x)).to_vector()) CHECK(total == doctest::Approx(1).epsilon(1e-5));
    const T shifted = x + jem::full<T>(x.extents(), 64);
    CHECK(test::largest_difference(softmax(x).to_vector(), softmax(shifted).to_vector()) < 1e-4);
    CHECK(softmax(T({2, 1}, {-500, 500})).to_vector() == floats{1, 1});
    CHECK(softmax(T(shape{0, 3})).extents() == shape{0, 3});
  });
}

TEST_CASE("softmax and log_sum_exp are right at any level, at infinity, too") {
  test::on_every_tensor([]<class T>() {
    constexpr float most = std::numeric_limits<float>::max();
    const T x({6, 3},
              {1e4f, 9999.5f, 0, most, most, 0, infinity, 0, 1, infinity, infinity, 0, -1e30f, 1e30f, 0, -infinity, -infinity, -1e30f});
    const double p = 1 / (1 + std::exp(-0.5));
    const std::vector<double> expected{p, 1 - p, 0, 0.5, 0.5, 0, 1, 0, 0, 0.5, 0.5, 0, 0, 1, 0, 0, 0, 1};
    CHECK(test::largest_difference(softmax(x).to_vector(), expected) < 1e-6);
    const auto lse = log_sum_exp(x).to_vector();
    CHECK(lse[0] == doctest::Approx(1e4 + std::log1p(std::exp(-0.5))).epsilon(1e-6));
    CHECK(lse[1] == most);
    CHECK(lse[2] == infinity);
    CHECK(lse[3] == infinity);
    CHECK(lse[4] == 1e30f);
    CHECK(lse[5] == -1e30f);
  });
}

TEST_CASE("wide_log_sum_exp tells energies apart that a float does not") {
  test::on_every_tensor([]<class T>() {
    const auto lse = wide_log_sum_exp(T({2, 2}, {1e8f, 1e8f, 1e8f, -infinity})).to_vector();
    CHECK(lse[0] - lse[1] == doctest::Approx(std::log(2.0)).epsilon(1e-6));
  });
}

TEST_CASE("softmax of logarithms gives the probabilities back") {
  test::on_every_tensor([]<class T>() {
    const auto p = softmax(T({1, 3}, {std::log(0.2f), std::log(0.3f), std::log(0.5f)})).to_vector();
    CHECK(test::largest_difference(p, std::vector<double>{0.2, 0.3, 0.5}) < 1e-6);
  });
}

TEST_CASE("row_argmax takes the first of equals") {
  test::on_every_tensor([]<class T>() {
    CHECK(row_argmax(T({4, 3}, {1, 3, 2, 5, 5, 5, -1, -3, -1, -9, -8, -7})).to_vector() == classes{1, 0, 0, 2});
    CHECK(row_argmax(T(shape{0, 3})).size() == 0);
  });
}

TEST_CASE("pick and add_at read and change one element of each row") {
  test::on_every_tensor([]<class T>() {
    T x({2, 3}, {1, 2, 3, 4, 5, 6});
    const jem::labels<T> y({2}, {2, 0});
    CHECK(pick(x, y).to_vector() == floats{3, 4});
    add_at(x, y, 0.5f);
    CHECK(x.to_vector() == floats{1, 2, 3.5f, 4.5f, 5, 6});
  });
}

TEST_CASE("set_column writes one column and no other element") {
  test::on_every_tensor([]<class T>() {
    T x({2, 3}, {1, 2, 3, 4, 5, 6});
    set_column(x, 1, T({2}, {7, 8}));
    CHECK(x.to_vector() == floats{1, 7, 3, 4, 8, 6});
    T none(shape{0, 3});
    set_column(none, 2, T(shape{0}));
    CHECK(none.extents() == shape{0, 3});
  });
}

TEST_CASE("add_weighted_rows weighs each row by its own weight of one column, and a weight of 0 hides even NaN") {
  test::on_every_tensor([]<class T>() {
    const T weights({2, 3}, {9, 2, 9, 9, -1, 9});
    T x({2, 1, 2}, {1, 1, 1, 1});
    add_weighted_rows(x, weights, 1, T({2, 1, 2}, {1, 2, 3, 4}));
    CHECK(x.to_vector() == floats{3, 5, -2, -3});
    add_weighted_rows(x, T({2, 1}, {0, 1}), 0, T({2, 1, 2}, {not_a_number, infinity, 1, 1}));
    CHECK(x.to_vector() == floats{3, 5, -1, -2});
  });
}

TEST_CASE("labels out of range are told with their place") {
  test::on_every_tensor([]<class T>() {
    CHECK_NOTHROW(jem::check_labels("train", jem::labels<T>({3}, {0, 1, 2}), 3));
    CHECK_NOTHROW(jem::check_labels("train", jem::labels<T>(shape{0}), 0));
    CHECK_THROWS_WITH_AS(jem::check_labels("train", jem::labels<T>({3}, {0, 3, -1}), 3),
                         "[train] expected labels in [0, 3) but received 3 at index 1", std::invalid_argument);
    CHECK_THROWS_AS(jem::check_labels("train", jem::labels<T>({1}, {-1}), 3), std::invalid_argument);
  });
}

TEST_CASE("logits without classes are refused") {
  CHECK_THROWS_AS(log_sum_exp(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(softmax(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(row_argmax(eigen_tensor(shape{4, 0})), std::invalid_argument);
}

TEST_CASE("operations on logits refuse extents that do not fit") {
  eigen_tensor x(shape{4, 3});
  const eigen_tensor three(shape{3});
  const jem::labels<eigen_tensor> short_labels({3}, {0, 1, 2});
  CHECK_THROWS_AS(pick(x, short_labels), std::invalid_argument);
  CHECK_THROWS_AS(add_at(x, short_labels, 1), std::invalid_argument);
  CHECK_THROWS_AS(log_sum_exp(three), std::invalid_argument);
  CHECK_THROWS_AS(row_argmax(three), std::invalid_argument);
  CHECK_THROWS_AS(set_column(x, 0, three), std::invalid_argument);
  const eigen_tensor four(shape{4});
  CHECK_THROWS_WITH_AS(set_column(x, 3, four), "[set_column] expected a column of (4, 3) but received 3", std::invalid_argument);
  CHECK_THROWS_AS(set_column(x, -1, four), std::invalid_argument);
  const eigen_tensor same(shape{4, 3}), narrow(shape{4, 2}), few(shape{3, 3});
  CHECK_THROWS_AS(add_weighted_rows(x, same, 0, narrow), std::invalid_argument);
  CHECK_THROWS_AS(add_weighted_rows(x, few, 0, same), std::invalid_argument);
  CHECK_THROWS_AS(add_weighted_rows(x, narrow, 2, same), std::invalid_argument);
}
