// SPDX-License-Identifier: MIT
#include <jem/optim/schedule.hpp>
#include <jem/sampling/schedule.hpp>

#include <doctest/doctest.h>

static_assert(jem::schedule<jem::warm_up>);

TEST_CASE("a warm-up rises in equal parts, reaches its rate with its last update and stays") {
  const jem::warm_up rate{.rate = 0.5f, .updates = 4};
  CHECK(rate(0) == 0.125f);
  CHECK(rate(1) == 0.25f);
  CHECK(rate(3) == 0.5f);
  CHECK(rate(4) == 0.5f);
  CHECK(rate(1'000'000) == 0.5f);
}

TEST_CASE("a warm-up of no updates divides by nothing") {
  static_assert(jem::warm_up{.rate = 0.5f, .updates = 0}(0) == 0.5f);
  CHECK(jem::warm_up{.rate = 0.1f}(0) == 0.1f);
  CHECK(jem::warm_up{.rate = 0.1f, .updates = 1}(0) == 0.1f);
}
