// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <jem/core/concat.hpp>
#include <jem/core/shape.hpp>

#include <cstdint>

TEST_CASE("concat writes texts, numbers and shapes one after the other") {
  CHECK(jem::concat("a label in [0, ", jem::index_t{10}, ")") == "a label in [0, 10)");
  CHECK(jem::concat(std::string("images "), jem::shape{2, 3}, std::string_view(" of ")) == "images (2, 3) of ");
  CHECK(jem::concat(0.5f, " ", std::uint8_t{7}) == "0.500000 7");  // a byte is written as a number
  CHECK(jem::concat() == "");
}
