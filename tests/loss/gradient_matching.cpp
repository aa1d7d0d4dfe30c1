// SPDX-License-Identifier: MIT
// The conformance suite checks that the gradient agrees with second derivatives.
#include "../support/doubles.hpp"

#include <jem/loss/gradient_matching.hpp>

using namespace test;

static_assert(jem::gradient_matching{}.reads() == jem::phase_set{.pairs = true});
static_assert(jem::loss_term<jem::gradient_matching, eigen_float>);

TEST_CASE_TEMPLATE("gradient matching has the residual as its value, and as its gradient that of slope times the energies' difference", T,
                   eigen_double, guarded_double) {
  // Two pairs: rows 0 and 1 are x̃ + h·r, rows 2 and 3 are x̃ − h·r. The softmax of (0, log 3) is (1/4, 3/4).
  const double l = std::log(3.0);
  const jem::phases<T> logits{.pairs = T({4, 2}, {0, l, 5, 5, l, 0, 0, 0}), .pairs_by = {.slope = 8, .residual = 0.5}};
  jem::phases<T> slopes{.pairs = jem::full<T>({4, 2}, 1)};
  CHECK(jem::gradient_matching{}.accumulate(logits, 0.5f, slopes) == 0.25);
  // E = −log Σ exp f, so the slope at a point x̃ + h·r is −w·(8/2)·softmax with w = 1/2.
  const std::vector<double> expected{1 - 0.5, 1 - 1.5, 0, 0, 1 + 1.5, 1 + 0.5, 2, 2};
  CHECK(largest_difference(slopes.pairs.to_vector(), expected) < 1e-14);
}
