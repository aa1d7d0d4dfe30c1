// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/cross_entropy.hpp>

using namespace test;

static_assert(jem::cross_entropy{}.reads() == jem::phase_set{.labelled = true});

TEST_CASE_TEMPLATE("cross-entropy is the mean of -log p(y|x) at the labels", T, eigen_double, guarded_double) {
  // p = (1/2, 1/4, 1/4) and (1/10, 8/10, 1/10)
  const jem::phases<T> logits{.x = T({2, 3}, {std::log(2), 0, 0, 1, 1 + std::log(8), 1}), .y = jem::labels<T>({2}, {1, 1})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::cross_entropy{}.accumulate(logits, 1, slopes) == doctest::Approx((std::log(4) + std::log(1.25)) / 2));
  CHECK(largest_difference(slopes.x.to_vector(), std::vector<double>{0.25, -0.375, 0.125, 0.05, -0.1, 0.05}) < 1e-7);
}

TEST_CASE_TEMPLATE("cross-entropy has the right value and gradient at any weight", T, eigen_double, guarded_double) {
  CHECK(loss_error(jem::cross_entropy{}, wave_logits<T>(), 1, cross_entropy_value) < 1e-6);
  CHECK(loss_error(jem::cross_entropy{}, wave_logits<T>(), 0.5f, cross_entropy_value) < 1e-6);
}

TEST_CASE("cross-entropy does not overflow, and is the difference of the logits if the wrong one is much larger") {
  using T = jem::tensor<float, jem::eigen>;
  const jem::phases<T> logits{.x = T({1, 2}, {1e4f, -1e4f}), .y = jem::labels<T>({1}, {1})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::cross_entropy{}.accumulate(logits, 1, slopes) == 2e4f);
  CHECK(slopes.x.to_vector() == std::vector<float>{1, -1});
}

TEST_CASE("cross-entropy of uniform logits is the logarithm of the number of classes") {
  using T = reference_double;
  const jem::phases<T> logits{.x = jem::full<T>({5, 7}, 3), .y = jem::labels<T>({5}, {0, 1, 2, 3, 6})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::cross_entropy{}.accumulate(logits, 1, slopes) == doctest::Approx(std::log(7)));
}

TEST_CASE("accumulate adds to the given slopes") {
  using T           = reference_double;
  const auto logits = wave_logits<T>();
  auto once = zero_slopes(logits), twice = zero_slopes(logits);
  jem::cross_entropy{}.accumulate(logits, 1, once);
  jem::cross_entropy{}.accumulate(logits, 0.25f, twice);
  jem::cross_entropy{}.accumulate(logits, 0.75f, twice);
  CHECK(largest_difference(once.x.to_vector(), twice.x.to_vector()) < 1e-8);
}
