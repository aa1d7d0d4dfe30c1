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

TEST_CASE("row_argmax gives the first of equal elements") {
  test::on_every_tensor([]<class T>() {
    CHECK(row_argmax(T({4, 3}, {1, 3, 2, 5, 5, 5, -1, -3, -1, -9, -8, -7})).to_vector() == classes{1, 0, 0, 2});
    CHECK(row_argmax(T(shape{0, 3})).size() == 0);
  });
}

TEST_CASE("label_is_largest is 1 if the first of the largest logits is the label's, and 0 in rows with a NaN and for other labels") {
  test::on_every_tensor([]<class T>() {
    const T x({6, 3}, {1, 3, 2, 5, 5, 5, 5, 5, 5, not_a_number, 0, 0, 0, 0, not_a_number, infinity, 0, infinity});
    CHECK(label_is_largest(x, jem::labels<T>({6}, {1, 0, 2, 0, 0, 0})).to_vector() == floats{1, 1, 0, 0, 0, 1});
    CHECK(label_is_largest(x, jem::labels<T>({6}, {-1, 3, 1'000'000, 0, 1, 2})).to_vector() == floats(6, 0));
    CHECK(label_is_largest(T(shape{0, 3}), jem::labels<T>()).size() == 0);
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

TEST_CASE("logits without classes are refused") {
  CHECK_THROWS_AS(log_sum_exp(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(softmax(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(softmax_and_log_sum_exp(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(row_argmax(eigen_tensor(shape{4, 0})), std::invalid_argument);
  CHECK_THROWS_AS(label_is_largest(eigen_tensor(shape{1, 0}), jem::labels<eigen_tensor>({1}, {0})), std::invalid_argument);
}

TEST_CASE("operations on logits refuse extents that do not fit") {
  eigen_tensor x(shape{4, 3});
  const eigen_tensor three(shape{3});
  const jem::labels<eigen_tensor> short_labels({3}, {0, 1, 2});
  CHECK_THROWS_AS(pick(x, short_labels), std::invalid_argument);
  CHECK_THROWS_AS(label_is_largest(x, short_labels), std::invalid_argument);
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
