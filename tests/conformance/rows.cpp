// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/rows.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite finds operations on rows that skip a row, a column or a term of a sum") {
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::skips_a_row, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::skips_the_last_column, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::sums_rows_without_the_last_column, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::sums_columns_without_the_last_row, double>().passed);
}
