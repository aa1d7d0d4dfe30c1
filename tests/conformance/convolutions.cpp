// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/convolutions.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;
namespace wrong = test::wrong;

TEST_CASE("the suite finds convolutions with a rotated kernel, missing gradients, and convolutions over a wrong matrix product") {
  const auto turned = convolutions_are_right<wrong::turns_kernels, float>();
  CHECK_FALSE(turned.passed);
  CHECK(turned.where.starts_with("the output, images = ("));
  const auto missing = convolutions_are_right<wrong::forgets_the_gradient_of_weights, double>();
  CHECK_FALSE(missing.passed);
  CHECK(missing.where.starts_with("the weights' gradient"));
  CHECK_FALSE(unusual_convolutions_are_right<wrong::multiplies_wrongly<wrong::fault::ignores_beta>>().passed);
}
