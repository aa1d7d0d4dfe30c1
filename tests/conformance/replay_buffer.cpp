// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/replay_buffer.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("the suite finds a buffer whose chains lose an element when they are drawn or stored") {
  CHECK_FALSE(replay_buffer_keeps_its_contract<test::wrong::skips_the_last_column>().passed);
  CHECK_FALSE(replay_buffer_keeps_its_contract<test::wrong::downloads_one_short>().passed);
  CHECK_FALSE(replay_buffer_keeps_its_contract<test::wrong::skips_a_row>().passed);
}
