// SPDX-License-Identifier: MIT
#include "training.hpp"

#include "../support/guarded.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/backend/openmp.hpp>

TEST_CASE("conformance: reference: a training run repeats in float and in double") {
  conformance::a_training_run_agrees_with_reference<jem::reference, float>();
  conformance::a_training_run_agrees_with_reference<jem::reference, double>();
}
TEST_CASE("conformance: openmp: a training run agrees with reference in float") {
  conformance::a_training_run_agrees_with_reference<jem::openmp, float>();
}
TEST_CASE("conformance: openmp: a training run agrees with reference in double") {
  conformance::a_training_run_agrees_with_reference<jem::openmp, double>();
}
TEST_CASE("conformance: eigen: a training run agrees with reference in float") {
  conformance::a_training_run_agrees_with_reference<jem::eigen, float>();
}
TEST_CASE("conformance: eigen: a training run agrees with reference in double") {
  conformance::a_training_run_agrees_with_reference<jem::eigen, double>();
}
TEST_CASE("conformance: guarded: a training run agrees with reference in float") {
  conformance::a_training_run_agrees_with_reference<test::guarded, float>();
}
TEST_CASE("conformance: guarded: a training run agrees with reference in double") {
  conformance::a_training_run_agrees_with_reference<test::guarded, double>();
}
TEST_CASE("training runs that differ are told apart") {
  conformance::training_runs_that_differ_are_told_apart<float>();
  conformance::training_runs_that_differ_are_told_apart<double>();
}
