// SPDX-License-Identifier: MIT
// The tests made from suite.cpp.in show that right backends pass. These tests show that wrong ones fail.
#include "../support/wrong_backends.hpp"

#include <jem/conformance/verbs.hpp>

#include <doctest/doctest.h>

namespace {

using namespace jem::conformance;
namespace wrong = test::wrong;
using wrong::fault, wrong::multiplies_wrongly;

}  // namespace

TEST_CASE("the suite finds an upload or a download that lacks the last element, and storage that rounds") {
  CHECK_FALSE(storage_keeps_what_it_is_given<wrong::uploads_one_short, float>().passed);
  CHECK_FALSE(storage_keeps_what_it_is_given<wrong::uploads_one_short, std::int32_t>().passed);
  CHECK_FALSE(storage_keeps_what_it_is_given<wrong::downloads_one_short, double>().passed);
  CHECK_FALSE(storage_keeps_what_it_is_given<wrong::keeps_floats, double>().passed);
  CHECK_FALSE(storage_keeps_what_it_is_given<wrong::keeps_floats, std::int32_t>().passed);
  CHECK(storage_keeps_what_it_is_given<wrong::keeps_floats, float>().passed);
}

TEST_CASE("the suite finds a loop that skips an index, visits one too many or one twice, and says where") {
  const auto skipping = loops_visit_every_index_once<wrong::skips_an_index>();
  CHECK_FALSE(skipping.passed);
  CHECK(skipping.error == 1);
  CHECK(skipping.where == "n = 4097");
  CHECK_FALSE(loops_visit_every_index_once<wrong::visits_one_too_many>().passed);
  CHECK_FALSE(loops_visit_every_index_once<wrong::visits_twice>().passed);
  CHECK(loops_visit_every_pair_once<wrong::skips_an_index>().passed);
}

TEST_CASE("the suite finds a loop over pairs that exchanges rows and columns or skips a column") {
  CHECK_FALSE(loops_visit_every_pair_once<wrong::exchanges_rows_and_columns>().passed);
  CHECK_FALSE(loops_visit_every_pair_once<wrong::skips_the_last_column>().passed);
}

TEST_CASE("the suite finds sums that drop a term, add to old values, round to float or change their order") {
  CHECK_FALSE(sums_of_rows_are_right_and_repeat<wrong::sums_rows_without_the_last_column, float>().passed);
  CHECK_FALSE(sums_of_columns_are_right_and_repeat<wrong::sums_columns_without_the_last_row, double>().passed);
  CHECK_FALSE(sums_of_rows_are_right_and_repeat<wrong::adds_to_what_was_there, float>().passed);
  CHECK_FALSE(sums_of_columns_are_right_and_repeat<wrong::leaves_sums_of_nothing, float>().passed);
  CHECK_FALSE(sums_of_rows_are_right_and_repeat<wrong::sums_in_float, double>().passed);
  CHECK(sums_of_rows_are_right_and_repeat<wrong::sums_in_float, float>().passed);
  const auto e = sums_of_columns_are_right_and_repeat<wrong::sums_in_any_order, float>();
  CHECK_FALSE(e.passed);
  CHECK(e.measure == unit::wrong);
  CHECK(e.where.ends_with(", the second time"));
}

TEST_CASE("the suite finds long sums that are added up in float") {
  CHECK_FALSE(long_sums_are_kept_wide<wrong::sums_in_float, float>().passed);
  CHECK(long_sums_are_kept_wide<jem::reference, float>().passed);
}

TEST_CASE("the suite finds products that ignore beta, alpha or a transposition") {
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::ignores_beta>, float>().passed);
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::reads_c_for_beta_zero>, float>().passed);
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::ignores_alpha>, double>().passed);
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::ignores_a_turned>, float>().passed);
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::ignores_b_turned>, float>().passed);
}

TEST_CASE("the suite finds products that round to fewer bits or leave out terms of long sums") {
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::tf32>, float>().passed);
  CHECK_FALSE(small_products_are_right<multiplies_wrongly<fault::in_float>, double>().passed);
  CHECK(small_products_are_right<multiplies_wrongly<fault::in_float>, float>().passed);
  CHECK(small_products_are_right<multiplies_wrongly<fault::cuts_long_sums>, float>().passed);
  CHECK_FALSE(large_products_are_right<multiplies_wrongly<fault::cuts_long_sums>, float>().passed);
  CHECK_FALSE(large_products_are_right<multiplies_wrongly<fault::cuts_long_sums>, double>().passed);
}
