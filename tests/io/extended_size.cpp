// SPDX-License-Identifier: MIT
#include <jem/io/extended_size.hpp>

#include <doctest/doctest.h>

TEST_CASE("extended_size multiplies sizes up to 2^60, ignores extents of 0, and gives 0 beyond") {
  constexpr std::uint64_t most = std::uint64_t{1} << 60;
  CHECK(jem::io::extended_size(4, 6) == 24);
  CHECK(jem::io::extended_size(4, 0) == 4);
  CHECK(jem::io::extended_size(1, most) == most);
  CHECK(jem::io::extended_size(1, most + 1) == 0);
  CHECK(jem::io::extended_size(most / 2, 2) == most);
  CHECK(jem::io::extended_size(most / 2, 3) == 0);
  CHECK(jem::io::extended_size(most, std::uint64_t(-1)) == 0);
}
