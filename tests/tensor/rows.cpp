// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/columns.hpp>
#include <jem/tensor/rows.hpp>

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

namespace {

struct first_less_product {
  template <class V>
  constexpr V operator()(V x, V y, V z) const {
    return x - y * z;
  }
};

}  // namespace

TEST_CASE("a row has all axes but the first, and a column all axes but the last") {
  test::on_every_tensor([]<class T>() {
    const T x({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(row_sums(x).to_vector() == floats{10, 26});
    CHECK(column_sums(x).to_vector() == floats{16, 20});
    CHECK(row_dots(x, x).to_vector() == floats{30, 174});
    CHECK(jem::sum(x) == 36);
    CHECK(jem::mean(x) == 4.5f);
    CHECK(squared_norm(x) == 204);
  });
}

TEST_CASE("sums of no elements are 0, and the mean of none is NaN") {
  test::on_every_tensor([]<class T>() {
    CHECK(row_sums(T(shape{2, 0})).to_vector() == floats{0, 0});
    CHECK(row_sums(T(shape{0, 2})).to_vector().empty());
    CHECK(column_sums(T(shape{0, 2})).to_vector() == floats{0, 0});
    CHECK(column_sums(T(shape{2, 0})).to_vector().empty());
    CHECK(jem::sum(T{}) == 0);
    CHECK(squared_norm(T{}) == 0);
    CHECK(std::isnan(jem::mean(T{})));
  });
}

TEST_CASE("long sums are right to the last digits of a float") {
  static constexpr jem::index_t n = 17'000'000;  // a float that adds up ones stops at 2^24 = 16 777 216
  test::on_every_tensor([]<class T>() {
    const T ones = jem::full<T>({n, 1}, 1), tenths = jem::full<T>({n / 2, 2}, 0.1f);
    CHECK(jem::sum(ones) == n);
    CHECK(jem::mean(ones) == 1);
    CHECK(squared_norm(ones) == n);
    CHECK(column_sums(ones).to_vector() == floats{n});
    CHECK(column_dots(ones, ones).to_vector() == floats{n});
    CHECK(row_sums(ones.reshaped({1, n})).to_vector() == floats{n});
    CHECK(jem::mean(tenths) == doctest::Approx(static_cast<double>(0.1f)).epsilon(1e-9));
    for (const float total : column_sums(tenths).to_vector()) CHECK(total == static_cast<float>(n / 2 * static_cast<double>(0.1f)));
  });
}

TEST_CASE("squared_norm, sum and mean are right on the host if they exceed the range of floats") {
  test::on_every_tensor([]<class T>() {
    CHECK(squared_norm(T({2}, {3e30f, 4e30f})) == doctest::Approx(25e60));
    CHECK(jem::sum(T({2}, {3e38f, 3e38f})) == doctest::Approx(6e38));
    CHECK(jem::mean(T({2}, {3e38f, 3e38f})) == doctest::Approx(3e38));
    CHECK(row_dots(T({1, 2}, {1e30f, 1e30f}), T({1, 2}, {1e30f, -1e30f})).to_vector() == floats{0});
  });
}

TEST_CASE("a sum with NaN is NaN, and one with infinity is infinite") {
  test::on_every_tensor([]<class T>() {
    CHECK(std::isnan(jem::sum(T({3}, {1, not_a_number, 2}))));
    CHECK(jem::sum(T({2}, {1, infinity})) == infinity);
  });
}

TEST_CASE("sum_zip sums a function of three tensors over rows; sum_zip_columns and zip_columns use two numbers for each column") {
  test::on_every_tensor([]<class T>() {
    const T x({2, 3}, {1, 2, 3, 4, 5, 6}), y({2, 3}, {1, 0, 1, 0, 1, 0}), z({2, 3}, {2, 2, 2, 3, 3, 3});
    CHECK(sum_zip(x, y, z, first_less_product{}).to_vector() == floats{6 - 4, 15 - 3});
    const T a({3}, {1, 2, 3}), b({3}, {10, 20, 30});
    CHECK(sum_zip_columns(x, a, b, first_less_product{}).to_vector() == floats{6 - 140, 15 - 140});
    T mapped(x.extents());
    zip_columns(mapped, x, a, b, first_less_product{});
    CHECK(mapped.to_vector() == floats{1 - 10, 2 - 40, 3 - 90, 4 - 10, 5 - 40, 6 - 90});
    CHECK(sum_zip_columns(T(shape{0, 3}), a, b, first_less_product{}).size() == 0);
  });
}

TEST_CASE("columns and rows that do not fit are refused") {
  using T = eigen_tensor;
  const T x(shape{2, 3}), a(shape{3}), wrong(shape{2});
  T to(shape{2, 3});
  CHECK_THROWS_WITH_AS(zip_columns(to, x, wrong, wrong, first_less_product{}), "[zip_columns] expected (2, 2) but received (2, 3)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(zip_columns(to, x, a, wrong, first_less_product{}), "[zip_columns] expected (3) but received (2)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)sum_zip_columns(x, a, wrong, first_less_product{}), "[sum_zip_columns] expected (3) but received (2)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)sum_zip(x, x, wrong, first_less_product{}), "[sum_zip] expected (2, 3) but received (2)",
                       std::invalid_argument);
}

TEST_CASE("add_per_column adds a number to each column, and scale_per_row multiplies each row by one") {
  test::on_every_tensor([]<class T>() {
    T x({2, 1, 2}, {1, 2, 3, 4});
    add_per_column(x, T({2}, {10, 20}));
    CHECK(x.to_vector() == floats{11, 22, 13, 24});
    scale_per_row(x, T({2}, {2, -1}));
    CHECK(x.to_vector() == floats{22, 44, -13, -24});
  });
}

TEST_CASE("add_per_row adds a number to each row") {
  test::on_every_tensor([]<class T>() {
    T x({2, 3}, {1, 2, 3, 4, 5, 6});
    add_per_row(x, T({2}, {10, 20}));
    CHECK(x.to_vector() == floats{11, 12, 13, 24, 25, 26});
    CHECK_THROWS_WITH_AS(add_per_row(x, T({3}, {1, 2, 3})), "[add_per_row] expected (2) but received (3)", std::invalid_argument);
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

TEST_CASE("add_weighted_rows takes the weights of rows from a column, and a weight of 0 adds nothing, not even NaN") {
  test::on_every_tensor([]<class T>() {
    const T weights({2, 3}, {9, 2, 9, 9, -1, 9});
    T x({2, 1, 2}, {1, 1, 1, 1});
    add_weighted_rows(x, weights, 1, T({2, 1, 2}, {1, 2, 3, 4}));
    CHECK(x.to_vector() == floats{3, 5, -2, -3});
    add_weighted_rows(x, T({2, 1}, {0, 1}), 0, T({2, 1, 2}, {not_a_number, infinity, 1, 1}));
    CHECK(x.to_vector() == floats{3, 5, -1, -2});
  });
}

TEST_CASE("choose_rows replaces whole rows, and NaN has no effect on the other rows") {
  test::on_every_tensor([]<class T>() {
    T x({3, 2}, {1, 2, 3, 4, 5, 6});
    choose_rows(x, T({3, 2}, {not_a_number, not_a_number, 30, 40, not_a_number, 60}), T({3}, {0, 1, 0}));
    CHECK(x.to_vector() == floats{1, 2, 30, 40, 5, 6});
  });
}

TEST_CASE("gather_rows and scatter_rows are inverse to each other for the same rows") {
  test::on_every_tensor([]<class T>() {
    const T x({4, 2}, {0, 1, 10, 11, 20, 21, 30, 31});
    const jem::labels<T> which({3}, {3, 0, 2});
    const T taken = gather_rows(x, which);
    CHECK(taken.to_vector() == floats{30, 31, 0, 1, 20, 21});
    T y = jem::zeros<T>({4, 2});
    scatter_rows(y, which, taken);
    CHECK(y.to_vector() == floats{0, 1, 0, 0, 20, 21, 30, 31});
    CHECK(gather_rows(x, jem::labels<T>(shape{0})).extents() == shape{0, 2});
    CHECK(gather_rows(x, jem::labels<T>({2}, {1, 1})).to_vector() == floats{10, 11, 10, 11});
    CHECK(gather_rows(jem::labels<T>({2}, {7, 8}), jem::labels<T>({1}, {1})).to_vector() == classes{8});
  });
}

TEST_CASE("concatenate puts batches one after the other, empty ones too") {
  test::on_every_tensor([]<class T>() {
    const T a({1, 2}, {1, 2}), b({2, 2}, {3, 4, 5, 6}), none(shape{0, 2});
    CHECK(concatenate(a, none, b).to_vector() == floats{1, 2, 3, 4, 5, 6});
    CHECK(concatenate(a, none, b).extents() == shape{3, 2});
    CHECK(concatenate(none).extents() == shape{0, 2});
  });
}

TEST_CASE("map_rows calls a function with a whole row, and with a row to write to") {
  test::on_every_tensor([]<class T>() {
    struct product {
      constexpr float operator()(const float* row) const { return row[0] * row[1]; }
      constexpr float operator()(const float* row, float* other) const {
        other[0] = row[1], other[1] = row[0];
        return row[0] * row[1];
      }
    };
    const T x({2, 2}, {1, 2, 3, 4});
    T gradient(shape{2, 2});
    CHECK(map_rows(x, product{}).to_vector() == floats{2, 12});
    CHECK(map_rows(x, gradient, product{}).to_vector() == floats{2, 12});
    CHECK(gradient.to_vector() == floats{2, 1, 4, 3});
  });
}

TEST_CASE("zip_rows calls a function with rows of different sizes, and writes the last") {
  test::on_every_tensor([]<class T>() {
    struct sum_and_difference {
      constexpr float operator()(const float* x, float* y) const {
        y[0] = x[0] + x[1], y[1] = x[0] - x[1], y[2] = x[0];
        return x[1];
      }
      constexpr float operator()(const float* x, const float* y, float* z) const {
        z[0] = y[2];
        return x[0] + y[1];
      }
    };
    const T x({2, 2}, {1, 2, 3, 5});
    T y(shape{2, 3}), z(shape{2, 1});
    CHECK(zip_rows(x, y, sum_and_difference{}).to_vector() == floats{2, 5});
    CHECK(y.to_vector() == floats{3, -1, 1, 8, -2, 3});
    CHECK(zip_rows(x, y, z, sum_and_difference{}).to_vector() == floats{0, 1});
    CHECK(z.to_vector() == floats{1, 3});
    T none(shape{0, 3});
    CHECK(zip_rows(T(shape{0, 2}), none, sum_and_difference{}).extents() == shape{0});
    T wrong(shape{3, 3});
    CHECK_THROWS_WITH_AS((void)zip_rows(x, wrong, sum_and_difference{}), "[zip_rows] expected (2, 3) but received (3, 3)",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)zip_rows(x, wrong, z, sum_and_difference{}), "[zip_rows] expected (2, 3) but received (3, 3)",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)zip_rows(x, y, wrong, sum_and_difference{}), "[zip_rows] expected (2, 3) but received (3, 3)",
                         std::invalid_argument);
  });
}

TEST_CASE("operations on rows refuse extents that do not fit") {
  eigen_tensor x(shape{4, 3});
  const eigen_tensor y(shape{3, 4}), three(shape{3}), four(shape{4});
  const jem::labels<eigen_tensor> short_labels({3}, {0, 1, 2});
  CHECK_THROWS_AS(row_dots(x, y), std::invalid_argument);
  CHECK_THROWS_AS(row_sums(eigen_tensor(shape{}, {1})), std::invalid_argument);
  CHECK_THROWS_AS(add_per_column(x, four), std::invalid_argument);
  CHECK_THROWS_AS(scale_per_row(x, three), std::invalid_argument);
  CHECK_THROWS_AS(choose_rows(x, y, four), std::invalid_argument);
  CHECK_THROWS_AS(choose_rows(x, x, three), std::invalid_argument);
  CHECK_THROWS_AS(scatter_rows(x, short_labels, x), std::invalid_argument);
  CHECK_THROWS_AS(concatenate(x, y), std::invalid_argument);
  CHECK_THROWS_AS(concatenate(x, three), std::invalid_argument);
}
