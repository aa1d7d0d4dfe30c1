// SPDX-License-Identifier: MIT
#include "line_examples.hpp"

#include <doctest/doctest.h>

namespace winograd = jem::winograd;
using namespace lines;

TEST_CASE("five products give four outputs of a filter of two taps") {
  const auto y = line<winograd::short_output_line>(
      times(line<winograd::short_input_line>(first(d, 5)), line<winograd::short_weight_line>(first(g, 2))));
  CHECK(test::largest_difference(y, filtered(2, 1)) < 1e-14);
}

TEST_CASE("six products give four outputs of a filter of three taps") {
  CHECK(test::largest_difference(filtered_by<winograd::sliding>(), filtered(3, 1)) < 1e-14);
}

TEST_CASE("the transforms of gradients are the transposes of those of values") { check_transposes<winograd::sliding>(); }
