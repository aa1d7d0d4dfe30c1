// SPDX-License-Identifier: MIT
#include <jem/train/divergence_error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

TEST_CASE("a divergence_error is a runtime_error with the number of its iteration") {
  const jem::divergence_error e("the loss is NaN", 17);
  const std::runtime_error& base = e;
  CHECK(e.iteration == 17);
  CHECK(std::string(base.what()) == "the loss is NaN");
}
