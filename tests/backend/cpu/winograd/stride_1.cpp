// SPDX-License-Identifier: MIT
#include "line_examples.hpp"

#include <jem/backend/cpu/winograd/stride_1.hpp>

#include <doctest/doctest.h>

namespace winograd = jem::winograd;
using namespace lines;

TEST_CASE("filters of three taps give four outputs by six products, and eight by ten") {
  static_assert(winograd::sliding<4>::products == 6 && winograd::sliding<8>::products == 10);
  CHECK(test::largest_difference(filtered_by<winograd::sliding<4>>(), filtered(3, 1)) < 1e-14);
  CHECK(test::largest_difference(filtered_by<winograd::sliding<8>>(), filtered(3, 1, 8)) < 1e-13);
}

TEST_CASE("the transforms for gradients of a filter of stride 1 are the transposes of those for values") {
  check_transposes<winograd::sliding<4>>();
  check_transposes<winograd::sliding<8>>();
}

TEST_CASE("a rectangle has one algorithm down and another across, both of as many taps") {
  using tall = winograd::rectangle<winograd::sliding<8>, winograd::sliding<4>>;
  static_assert(tall::taps == 3 && tall::down::out == 8 && tall::across::out == 4);
  CHECK(true);
}
