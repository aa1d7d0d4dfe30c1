// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/joint_energy_penalty.hpp>

using namespace test;

static_assert(jem::joint_energy_penalty{}.reads() == jem::phase_set{.labelled = true, .conditional = true});

TEST_CASE_TEMPLATE("the joint penalty is the mean squared logit of the label, of data and of samples", T, eigen_double, guarded_double) {
  const jem::phases<T> logits{.x             = T({2, 2}, {3, 100, 100, -1}),
                              .y             = jem::labels<T>({2}, {0, 1}),
                              .conditional   = T({1, 2}, {100, 2}),
                              .conditional_y = jem::labels<T>({1}, {1})};
  auto slopes = zero_slopes(logits);
  slopes.x    = T({2, 2}, {0, 7, 0, 0});  // what other terms have added stays
  CHECK(jem::joint_energy_penalty{}.accumulate(logits, 0.5f, slopes) == 0.5 * ((9 + 1) / 2.0 + 4));
  CHECK(slopes.x.to_vector() == std::vector<double>{1.5, 7, 0, -0.5});
  CHECK(slopes.conditional.to_vector() == std::vector<double>{0, 2});
}

TEST_CASE("the joint penalty of energies whose square no float holds is known, and so is its slope") {
  using F = jem::tensor<float, jem::eigen>;
  const jem::phases<F> logits{.x             = F({1, 2}, {1e30f, -1e30f}),
                              .y             = jem::labels<F>({1}, {0}),
                              .conditional   = F({1, 2}, {0, -1e25f}),
                              .conditional_y = jem::labels<F>({1}, {1})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::joint_energy_penalty{}.accumulate(logits, 1, slopes) == doctest::Approx(1e60).epsilon(1e-5));
  CHECK(slopes.x.to_vector() == std::vector<float>{2e30f, 0});
  CHECK(slopes.conditional.to_vector() == std::vector<float>{0, -2e25f});
}

TEST_CASE_TEMPLATE("the joint penalty has its value and gradient", T, eigen_double, guarded_double) {
  CHECK(loss_error(jem::joint_energy_penalty{}, wave_logits<T>(), 1, joint_penalty_value) < 2e-6);
  CHECK(loss_error(jem::joint_energy_penalty{}, wave_logits<T>(), 0.01f, joint_penalty_value) < 1e-6);
}
