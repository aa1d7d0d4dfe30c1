// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/rows.hpp>
#include <jem/tensor/softmax.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using jem::shape;
using floats                 = std::vector<float>;
constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("log_sum_exp is right for large and infinite logits") {
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

TEST_CASE("log_sum_exp and softmax are NaN for rows with a NaN anywhere, and for no other row") {
  test::on_every_tensor([]<class T>() {
    const T x({3, 3}, {not_a_number, 1, 2, 1, 2, not_a_number, 1, 2, 3});
    const auto lse = log_sum_exp(x).to_vector();
    CHECK(std::isnan(lse[0]));
    CHECK(std::isnan(lse[1]));
    CHECK(std::isfinite(lse[2]));
    CHECK(std::isnan(softmax(x).to_vector()[4]));
  });
}

TEST_CASE("log_sum_exp of a row of -infinity is -infinity, and NaN if it has a NaN") {
  test::on_every_tensor([]<class T>() {
    const auto lse = log_sum_exp(T({3, 2}, {-infinity, -infinity, -infinity, not_a_number, not_a_number, -infinity})).to_vector();
    CHECK(lse[0] == -infinity);
    CHECK(std::isnan(lse[1]));
    CHECK(std::isnan(lse[2]));
  });
}

TEST_CASE("softmax has rows that sum to 1, does not change if a number is added to all logits, and is 1 for one class") {
  test::on_every_tensor([]<class T>() {
    const T x = 30 * test::random_tensor<T>({50, 10}, 1);
    for (const float total : row_sums(softmax(x)).to_vector()) CHECK(total == doctest::Approx(1).epsilon(1e-5));
    const T shifted = x + jem::full<T>(x.extents(), 64);
    CHECK(test::largest_difference(softmax(x).to_vector(), softmax(shifted).to_vector()) < 1e-4);
    CHECK(softmax(T({2, 1}, {-500, 500})).to_vector() == floats{1, 1});
    CHECK(softmax(T(shape{0, 3})).extents() == shape{0, 3});
  });
}

TEST_CASE("softmax and log_sum_exp are right for logits of any size, infinite ones, too") {
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

TEST_CASE("wide_log_sum_exp distinguishes energies that are equal in float") {
  test::on_every_tensor([]<class T>() {
    const auto lse = wide_log_sum_exp(T({2, 2}, {1e8f, 1e8f, 1e8f, -infinity})).to_vector();
    CHECK(lse[0] - lse[1] == doctest::Approx(std::log(2.0)).epsilon(1e-6));
  });
}

TEST_CASE("softmax of the logarithms of probabilities gives the probabilities") {
  test::on_every_tensor([]<class T>() {
    const auto p = softmax(T({1, 3}, {std::log(0.2f), std::log(0.3f), std::log(0.5f)})).to_vector();
    CHECK(test::largest_difference(p, std::vector<double>{0.2, 0.3, 0.5}) < 1e-6);
  });
}

TEST_CASE_TEMPLATE("softmax_and_log_sum_exp has the bits of softmax, log_sum_exp and wide_log_sum_exp", V, float, double) {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<V, B>;
    for (const auto& x : {V(40) * test::random_tensor<T>({33, 10}, 5), T({2, 2}, {1e30f, -infinity, not_a_number, 1}), T(shape{0, 3})}) {
      const auto all = softmax_and_log_sum_exp(x);
      CHECK(test::same_bits(all.softmax.to_vector(), softmax(x).to_vector()));
      CHECK(test::same_bits(all.log_sum_exp.to_vector(), log_sum_exp(x).to_vector()));
      CHECK(test::same_bits(all.wide_log_sum_exp.to_vector(), wide_log_sum_exp(x).to_vector()));
    }
  });
}
