// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/operations.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;
namespace wrong = test::wrong;

TEST_CASE("the suite finds operations on logits, images and noise that skip a row or column") {
  CHECK_FALSE(operations_on_logits_agree_with_reference<wrong::skips_a_row, float>().passed);
  CHECK_FALSE(operations_on_images_agree_with_reference<wrong::skips_the_last_column, float>().passed);
  CHECK_FALSE(random_numbers_agree_with_reference<wrong::skips_a_row, float>().passed);
}

TEST_CASE("the suite finds add_matmul that ignores the old values") {
  const auto e = operations_on_images_agree_with_reference<wrong::multiplies_wrongly<wrong::fault::ignores_beta>, double>();
  CHECK_FALSE(e.passed);
  CHECK(e.where.starts_with("add_matmul"));
}
