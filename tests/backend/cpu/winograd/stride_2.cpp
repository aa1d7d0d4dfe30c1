// SPDX-License-Identifier: MIT
#include "line_examples.hpp"

#include <jem/backend/cpu/winograd/stride_2.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace winograd = jem::winograd;
using namespace lines;

TEST_CASE("four outputs of a filter of stride 2 take nine products with three taps, and ten with four") {
  CHECK(test::largest_difference(filtered_by<winograd::halving<3>>(), filtered(3, 2)) < 1e-14);
  CHECK(test::largest_difference(filtered_by<winograd::halving<4>>(), filtered(4, 2)) < 1e-14);
}

TEST_CASE("the transforms for gradients of a halving, a filter of stride 2, are the transposes of those for values") {
  check_transposes<winograd::halving<3>>();
  check_transposes<winograd::halving<4>>();
}

// With padding 1, output i of a halving reads inputs 2i − 1, 2i, …; the gradient at pixel u is a sum over the outputs that read it.
TEST_CASE_TEMPLATE("doubling gives eight pixels of the gradient of a halving's input, by the reversed filter", A, winograd::doubling<3>,
                   winograd::doubling<4>) {
  constexpr int before = A::taps - 3;
  values turned = first(g, A::taps), dy = first(d, A::in), expected;
  std::reverse(turned.begin(), turned.end());
  for (int u = 0; u < 8; ++u) {
    double sum = 0;
    for (int i = 0; i < A::in; ++i) {
      const int tap = u + 1 - 2 * (i - before);
      if (tap >= 0 && tap < A::taps) sum += g[static_cast<std::size_t>(tap)] * dy[static_cast<std::size_t>(i)];
    }
    expected.push_back(sum);
  }
  const auto dx = line<A::template output_line>(times(line<A::template input_line>(dy), line<A::filter::template weight_line>(turned)));
  CHECK(test::largest_difference(dx, expected) < 1e-14);
}
