// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/training.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

namespace {

/// Checks that weights and chains move by more than a thousand tolerances, and that losses of another seed differ by as much.
template <class V>
void check_that_runs_are_told_apart() {
  using T                = jem::tensor<V, jem::reference>;
  constexpr auto allowed = tolerance_of_a_run<V>;
  const auto run = train_on_digits<T>(91), start = train_on_digits<T>(91, 0), other = train_on_digits<T>(92);
  CHECK(largest_difference(run.parameters, start.parameters) > 1000 * allowed.parameters);
  CHECK(largest_difference(run.chains, start.chains) > 1000 * allowed.chains);
  CHECK(largest_difference(run.losses, other.losses) > 1000 * allowed.losses);
}

}  // namespace

TEST_CASE("different training runs differ by far more than the tolerances") {
  check_that_runs_are_told_apart<float>();
  check_that_runs_are_told_apart<double>();
}

TEST_CASE("the suite finds a training run whose convolutions learn nothing") {
  CHECK_FALSE(a_training_run_agrees_with_reference<test::wrong::forgets_the_gradient_of_weights, double>().passed);
}
