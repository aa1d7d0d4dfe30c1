// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/outlier_exposure.hpp>

using namespace test;

static_assert(jem::outlier_exposure{}.reads() == jem::phase_set{.outliers = true});

TEST_CASE_TEMPLATE("outlier exposure is log k, with gradient 0, if all classes have the same logit", T, eigen_double, guarded_double) {
  const jem::phases<T> logits{.outliers = jem::full<T>({3, 4}, 7)};
  auto slopes = zero_slopes(logits);
  CHECK(jem::outlier_exposure{}.accumulate(logits, 1, slopes) == doctest::Approx(std::log(4.0)).epsilon(1e-12));
  CHECK(largest_difference(slopes.outliers.to_vector(), std::vector<double>(12, 0)) < 1e-7);
}

TEST_CASE_TEMPLATE("outlier exposure is the cross-entropy from the uniform distribution", T, eigen_double, guarded_double) {
  // p = (1/4, 3/4), so the loss is −(log 1/4 + log 3/4)/2.
  const jem::phases<T> logits{.outliers = T({1, 2}, {0, std::log(3.0)})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::outlier_exposure{}.accumulate(logits, 2, slopes) == doctest::Approx(-std::log(0.25) - std::log(0.75)));
  CHECK(largest_difference(slopes.outliers.to_vector(), std::vector<double>{-0.5, 0.5}) < 1e-7);
  CHECK(loss_error(jem::outlier_exposure{}, wave_logits<T>(), 0.3f, jem::conformance::exposure_value) < 1e-6);
}
