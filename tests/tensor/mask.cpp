// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/mask.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using jem::shape;
using floats                 = std::vector<float>;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("replace_where takes elements of a batch, or of one row for all rows, and so does its mask") {
  test::on_every_tensor([]<class T>() {
    const T x({2, 2}, {1, 2, 3, 4}), batch({2, 2}, {5, 6, 7, 8}), row({2}, {9, 0});
    const T of_each({2, 2}, {1, 0, 0, 2}), of_all({2}, {-0.5f, 0});
    T a = x, b = x, c = x, d = x;
    replace_where(a, batch, of_each);
    replace_where(b, batch, of_all);
    replace_where(c, row, of_each);
    replace_where(d, row, of_all);
    CHECK(a.to_vector() == floats{5, 2, 3, 8});
    CHECK(b.to_vector() == floats{5, 2, 7, 4});
    CHECK(c.to_vector() == floats{9, 2, 3, 0});
    CHECK(d.to_vector() == floats{9, 2, 9, 4});
  });
}

TEST_CASE("replace_where and clear_where choose elements, so that NaN in others has no effect") {
  test::on_every_tensor([]<class T>() {
    T x({1, 3}, {not_a_number, 2, not_a_number});
    replace_where(x, T({3}, {5, not_a_number, 6}), T({3}, {1, 0, 1}));
    CHECK(x.to_vector() == floats{5, 2, 6});
    T y({1, 2}, {not_a_number, 3});
    clear_where(y, T({2}, {1, 0}));
    CHECK(y.to_vector() == floats{0, 3});
  });
}

TEST_CASE("clear_where clears by a mask of one row for all, or of each row") {
  test::on_every_tensor([]<class T>() {
    T x({2, 1, 2}, {1, 2, 3, 4});
    clear_where(x, T({1, 2}, {0, 1}));
    CHECK(x.to_vector() == floats{1, 0, 3, 0});
    clear_where(x, T({2, 1, 2}, {0, 0, 1, 1}));
    CHECK(x.to_vector() == floats{1, 0, 0, 0});
  });
}

TEST_CASE("a mask of no rows, or of rows without elements, changes nothing") {
  test::on_every_tensor([]<class T>() {
    T none(shape{0, 2}), narrow(shape{3, 0});
    replace_where(none, T({2}, {1, 1}), T({2}, {1, 1}));
    clear_where(narrow, T(shape{3, 0}));
    CHECK(none.extents() == shape{0, 2});
    CHECK(narrow.extents() == shape{3, 0});
  });
}

TEST_CASE("a mask that fits neither the batch nor its rows is refused") {
  using T = jem::tensor<float, jem::eigen>;
  T x({2, 3}, floats(6));
  const T row({3}, floats(3)), two({2}, floats(2)), wide({1, 3}, floats(3));
  CHECK_THROWS_WITH_AS(replace_where(x, two, row), "[replace_where] expected (2, 3) or (3) but received (2)", std::invalid_argument);
  CHECK_THROWS_AS(replace_where(x, row, two), std::invalid_argument);
  CHECK_THROWS_WITH_AS(clear_where(x, wide), "[clear_where] expected (2, 3) or (3) but received (1, 3)", std::invalid_argument);
}
