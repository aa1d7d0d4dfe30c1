// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/train/training_info.hpp>

using namespace test;

TEST_CASE_TEMPLATE("observe_logits computes accuracy and mean energies from the logits", T, eigen_double, guarded_double) {
  const jem::phases<T> logits{.x          = T({2, 2}, {0, std::log(3), 5, 0}),
                              .y          = jem::labels<T>({2}, {1, 1}),
                              .unlabelled = T({1, 2}, {0, 0}),
                              .samples    = T({1, 2}, {1, 1})};
  jem::training_info info;
  jem::observe_logits(info, logits);
  CHECK(info.accuracy == 0.5f);
  CHECK(info.energy_data == doctest::Approx(-std::log(2)));  // of the p(x) batch, if there is one
  CHECK(info.energy_sample == doctest::Approx(-1 - std::log(2)));
  CHECK(info.energy_gap() == doctest::Approx(-1));
  CHECK(info.auroc == 0);  // the sample has the lower energy
}

TEST_CASE("results that a step does not have are NaN") {
  using T = reference_double;
  const jem::training_info none;
  CHECK(std::isnan(none.accuracy));
  CHECK(std::isnan(none.energy_gap()));
  jem::training_info info;
  jem::observe_logits(info, jem::phases<T>{.x = T({1, 2}, {0, 0}), .y = jem::labels<T>({1}, {0})});
  CHECK(info.accuracy == 1.0f);
  CHECK(info.energy_data == doctest::Approx(-std::log(2)));
  CHECK(std::isnan(info.energy_sample));
  CHECK(std::isnan(info.energy_gap()));
  CHECK(std::isnan(info.auroc));
  jem::training_info unlabelled;
  jem::observe_logits(unlabelled, jem::phases<T>{.y = jem::labels<T>({1}, {0}), .unlabelled = T({1, 2}, {0, 0})});
  CHECK(std::isnan(unlabelled.accuracy));
}

TEST_CASE_TEMPLATE("the area under the ROC curve is the share of pairs in which the sample has the higher energy", T, eigen_double,
                   guarded_double) {
  jem::training_info info;
  jem::observe_logits(info, jem::phases<T>{.x = T({3, 1}, {1, 2, 3}), .samples = T({2, 1}, {2, 0})});
  CHECK(info.auroc == doctest::Approx((0 + 1 + 0.5 + 1 + 1 + 1) / 6));
}

TEST_CASE("energies without a rank have no area under the ROC curve, and are no error") {
  using T = reference_double;
  jem::training_info info;
  jem::observe_logits(info, jem::phases<T>{.x = T({2, 1}, {1, NAN}), .samples = T({1, 1}, {2})});
  CHECK(std::isnan(info.auroc));
  CHECK(std::isnan(info.energy_data));
}

TEST_CASE("labels that are no classes are refused unless they have been checked already") {
  using T = reference_double;
  jem::training_info info;
  CHECK_THROWS_WITH_AS(jem::observe_logits(info, jem::phases<T>{.x = T({1, 2}, {0, 0}), .y = jem::labels<T>({1}, {2})}),
                       "[correct] expected labels in [0, 2) but received 2 at index 0", std::invalid_argument);
}
