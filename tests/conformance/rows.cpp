// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/rows.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite sees operations on rows by loops that skip, and sums that drop a term") {
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::skips_a_row, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::skips_the_last_column, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::sums_rows_without_the_last_column, float>().passed);
  CHECK_FALSE(operations_on_rows_agree_with_reference<test::wrong::sums_columns_without_the_last_row, double>().passed);
}
