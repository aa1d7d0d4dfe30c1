// SPDX-License-Identifier: MIT
#include "line_examples.hpp"

#include <jem/backend/cpu/winograd/stride_2.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace winograd = jem::winograd;
using namespace lines;

TEST_CASE("nine products give four outputs of three taps that move by two, and ten those of four taps") {
  CHECK(test::largest_difference(filtered_by<winograd::halving<3>>(), filtered(3, 2)) < 1e-14);
  CHECK(test::largest_difference(filtered_by<winograd::halving<4>>(), filtered(4, 2)) < 1e-14);
}

TEST_CASE("the transforms of a halving's gradients are the transposes of those of values") {
  check_transposes<winograd::halving<3>>();
  check_transposes<winograd::halving<4>>();
}

// With padding 1, output i of a halving has read inputs 2i − 1, 2i, …: pixel u collects from the outputs whose windows hold it.
TEST_CASE_TEMPLATE("doubling gives eight pixels of the gradient of a halving's input, by the turned filter", A, winograd::doubling<3>,
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
