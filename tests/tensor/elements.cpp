// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/elements.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using jem::shape;
using floats = jem::tensor<float, jem::reference>;
using halves = jem::tensor<jem::bfloat16, jem::reference>;
using counts = jem::tensor<std::int32_t, jem::reference>;

static_assert(std::is_same_v<decltype(jem::read_elements(floats())(0)), float>);
static_assert(std::is_same_v<decltype(jem::read_elements(halves())(0)), float>, "what is stored in half as much is read as a float");
static_assert(std::is_same_v<decltype(jem::read_elements(counts())(0)), std::int32_t>);
static_assert(std::is_same_v<decltype(jem::matrix_elements<double>{}(0, 0)), double&>);
static_assert(std::is_trivially_copyable_v<jem::matrix_elements<jem::bfloat16>> && sizeof(jem::matrix_elements<float>) == 16,
              "loops take it by value, on devices, too");

TEST_CASE("elements are accessed by row and column, or by their index") {
  const floats x({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto from = jem::read_rows("test", x);
  CHECK(from.columns == 3);
  CHECK(from(1, 2) == 6);
  CHECK(from(0, 1) == 2);
  CHECK(jem::read_elements(x)(4) == 5);
}

TEST_CASE("a row has all axes but the first, and columns are those of the last axis") {
  floats x({2, 1, 2}, {1, 2, 3, 4});
  CHECK(jem::read_rows("test", x).columns == 2);
  CHECK(jem::read_columns("test", floats(shape{2, 3, 4})).columns == 4);
  CHECK(jem::column_height(floats(shape{2, 3, 4})) == 6);
  CHECK(jem::column_height(floats(shape{5, 0})) == 0);
  jem::write_columns("test", x, 2)(1, 0) = 9;
  CHECK(x.to_vector() == std::vector<float>{1, 2, 9, 4});
}

TEST_CASE("elements in bfloat16 are converted to float when they are read, and rounded once when they are written") {
  halves x      = jem::converted<jem::bfloat16>(floats({2}, {1.0078125f, -3}));
  const auto to = jem::write_elements(x);
  to(0)         = to(0) * 1.01f;  // exactly 1.0178906, between 1.015625 and 1.0234375
  to(1)         = to(1) + 0.001f;
  CHECK(jem::converted<float>(x).to_vector() == std::vector<float>{1.015625f, -3});
}

TEST_CASE("tensors without axes, or with another number of columns, are refused") {
  floats x(shape{2, 3});
  CHECK_THROWS_WITH_AS((void)jem::read_rows("test", floats(shape{})), "[test] expected a batch (n, …) but received ()",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::write_columns("test", x, 2), "[test] expected (…, 2) but received (2, 3)", std::invalid_argument);
}
