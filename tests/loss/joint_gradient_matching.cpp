// SPDX-License-Identifier: MIT
// The conformance suite checks that the gradient agrees with second derivatives.
#include "../support/doubles.hpp"

#include <jem/loss/joint_gradient_matching.hpp>

using namespace test;

static_assert(jem::joint_gradient_matching{}.reads() == jem::phase_set{.joint_pairs = true});

TEST_CASE_TEMPLATE("joint gradient matching has a gradient at the logits of the labels only", T, eigen_double, guarded_double) {
  const jem::phases<T> logits{.joint_pairs    = T({4, 2}, {0, 1, 5, 5, 1, 0, 0, 0}),
                              .joint_pairs_y  = jem::labels<T>({4}, {1, 0, 1, 0}),
                              .joint_pairs_by = {.slope = 8, .residual = 0.5}};
  jem::phases<T> slopes{.joint_pairs = jem::zeros<T>({4, 2})};
  CHECK(jem::joint_gradient_matching{}.accumulate(logits, 0.5f, slopes) == 0.25);
  CHECK(slopes.joint_pairs.to_vector() == std::vector<double>{0, -2, -2, 0, 0, 2, 2, 0});
}
