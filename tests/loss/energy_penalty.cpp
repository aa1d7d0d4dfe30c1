// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/energy_penalty.hpp>

using namespace test;

static_assert(jem::energy_penalty{}.reads() == jem::phase_set{.data = true, .samples = true});

TEST_CASE_TEMPLATE("the penalty is the mean squared energy of data and of samples", T, eigen_double, guarded_double) {
  const double ln2 = std::log(2);
  const jem::phases<T> logits{.x = T({2, 2}, {0, 0, ln2, ln2}), .samples = T({1, 2}, {-ln2, -ln2})};  // −E = ln 2, ln 4; 0
  auto slopes = zero_slopes(logits);
  CHECK(jem::energy_penalty{}.accumulate(logits, 1, slopes) == doctest::Approx((1 + 4) * ln2 * ln2 / 2));
  CHECK(largest_difference(slopes.x.to_vector(), std::vector<double>{ln2 / 2, ln2 / 2, ln2, ln2}) < 1e-7);
  CHECK(largest_difference(slopes.samples.to_vector(), std::vector<double>{0, 0}) < 1e-15);  // an energy of zero has no gradient
}

TEST_CASE("the penalty and its gradient are right for energies whose squares overflow in float") {
  using F = jem::tensor<float, jem::eigen>;
  const jem::phases<F> logits{.x = F({1, 2}, {1e30f, -1e30f}), .samples = F({1, 2}, {-1e25f, -2e25f})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::energy_penalty{}.accumulate(logits, 1, slopes) == doctest::Approx(1e60).epsilon(1e-5));
  CHECK(slopes.x.to_vector() == std::vector<float>{2e30f, 0});
  CHECK(slopes.samples.to_vector() == std::vector<float>{-2e25f, 0});
}

TEST_CASE_TEMPLATE("the penalty has the right value and gradient, with and without unlabelled data", T, eigen_double, guarded_double) {
  auto logits = wave_logits<T>();
  CHECK(loss_error(jem::energy_penalty{}, logits, 1, penalty_value) < 2e-6);
  CHECK(loss_error(jem::energy_penalty{}, logits, 0.01f, penalty_value) < 1e-6);
  logits.unlabelled = T();
  CHECK(loss_error(jem::energy_penalty{}, logits, 1, penalty_value) < 2e-6);
}
