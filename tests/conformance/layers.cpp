// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/layers.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite finds convolutions whose weights have no gradient, and names them") {
  const auto missing = layers_have_the_gradients_of_central_differences<test::wrong::forgets_the_gradient_of_weights>();
  CHECK_FALSE(missing.passed);
  CHECK(missing.where.starts_with("conv2d"));
}
