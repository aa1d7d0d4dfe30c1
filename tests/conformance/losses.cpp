// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/losses.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;
namespace wrong = test::wrong;

TEST_CASE("the suite finds losses that lack a class, and networks whose weights have no gradient") {
  CHECK_FALSE(losses_have_the_gradients_of_central_differences<wrong::skips_the_last_column>().passed);
  CHECK_FALSE(losses_train_a_convnet_by_the_gradients_of_central_differences<wrong::forgets_the_gradient_of_weights>().passed);
}
