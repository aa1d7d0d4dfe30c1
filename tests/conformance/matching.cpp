// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/matching.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;
namespace wrong = test::wrong;

TEST_CASE("the suite finds matched gradients without a gradient of weights, or without a column") {
  CHECK_FALSE(matched_gradients_are_learned_by_second_derivatives<wrong::forgets_the_gradient_of_weights>().passed);
  CHECK_FALSE(matched_gradients_are_learned_by_second_derivatives<wrong::skips_the_last_column>().passed);
}
