// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/joint_contrastive_divergence.hpp>

using namespace test;

static_assert(jem::joint_contrastive_divergence{}.reads() == jem::phase_set{.labelled = true, .conditional = true});

TEST_CASE_TEMPLATE("joint contrastive divergence compares the logits of the labels", T, eigen_double, guarded_double) {
  const jem::phases<T> logits{.x             = T({2, 2}, {1, 5, 3, 9}),
                              .y             = jem::labels<T>({2}, {0, 1}),
                              .conditional   = T({1, 2}, {7, 20}),
                              .conditional_y = jem::labels<T>({1}, {0})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::joint_contrastive_divergence{}.accumulate(logits, 1, slopes) == 7 - (1 + 9) / 2.0);
  CHECK(slopes.x.to_vector() == std::vector<double>{-0.5, 0, 0, -0.5});
  CHECK(slopes.conditional.to_vector() == std::vector<double>{1, 0});
}

TEST_CASE_TEMPLATE("joint contrastive divergence has the right value and gradient", T, eigen_double, guarded_double) {
  CHECK(loss_error(jem::joint_contrastive_divergence{}, wave_logits<T>(), 1, joint_divergence_value) < 1e-6);
  CHECK(loss_error(jem::joint_contrastive_divergence{}, wave_logits<T>(), 0.3f, joint_divergence_value) < 1e-6);
}
