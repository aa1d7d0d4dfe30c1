// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/columns.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using floats = std::vector<float>;

TEST_CASE("scale_per_column multiplies each channel by a factor") {
  test::on_every_tensor([]<class T>() {
    T x({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    scale_per_column(x, T({2}, {10, -1}));
    CHECK(x.to_vector() == floats{10, -2, 30, -4, 50, -6, 70, -8});
    CHECK_THROWS_WITH_AS(scale_per_column(x, T({3}, {1, 2, 3})), "[scale_per_column] expected (…, 3) but received (2, 1, 2, 2)",
                         std::invalid_argument);
  });
}

TEST_CASE("column_dots multiplies columns pairwise, over all axes but the last") {
  test::on_every_tensor([]<class T>() {
    const T x({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), y({2, 2, 2}, {1, 0, 1, 1, 1, 0, 2, -1});
    CHECK(column_dots(x, y).to_vector() == floats{23, -4});
    CHECK_THROWS_AS(column_dots(x, T({4, 2}, {1, 0, 1, 1, 1, 0, 2, -1})), std::invalid_argument);
  });
}

namespace {

struct add_product {
  constexpr void operator()(float& x, float u, float s) const { x += u * s; }
  constexpr void operator()(float& x, float& y, float u, float s) const { x += u * s, y = x; }
};

}  // namespace

TEST_CASE("apply_columns changes one or two batches by another one and a number for each coordinate of a row") {
  test::on_every_tensor([]<class T>() {
    T x({2, 1, 2}, {1, 2, 3, 4}), y = jem::zeros<T>({2, 1, 2});
    const T u({2, 1, 2}, {1, 1, 2, 2}), s({2}, {10, 100});
    apply_columns(x, u, s, add_product{});
    CHECK(x.to_vector() == floats{11, 102, 23, 204});
    apply_columns(x, y, u, s, add_product{});
    CHECK(x.to_vector() == floats{21, 202, 43, 404});
    CHECK(y.to_vector() == x.to_vector());
    CHECK_THROWS_WITH_AS(apply_columns(x, u, T({3}, {1, 2, 3}), add_product{}), "[apply_columns] expected (2) but received (3)",
                         std::invalid_argument);
    CHECK_THROWS_AS(apply_columns(x, T({1, 1, 2}, {1, 2}), s, add_product{}), std::invalid_argument);
    CHECK_THROWS_AS(apply_columns(x, y, u, T({1}, {1}), add_product{}), std::invalid_argument);
  });
}

TEST_CASE("operations on columns accept no rows and no columns") {
  test::on_every_tensor([]<class T>() {
    T none(shape{0, 3}), narrow(shape{3, 0});
    scale_per_column(none, jem::zeros<T>({3})), scale_per_column(narrow, T(shape{0}));
    add_per_row(none, T(shape{0})), add_per_row(narrow, jem::zeros<T>({3}));
    CHECK(column_dots(none, none).to_vector() == floats{0, 0, 0});
    CHECK(column_dots(narrow, narrow).size() == 0);
  });
}
