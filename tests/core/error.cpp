// SPDX-License-Identifier: MIT
#include <jem/core/error.hpp>

#include <doctest/doctest.h>

TEST_CASE("fail says where, what was expected and what was received") {
  CHECK_THROWS_WITH_AS(jem::fail("matmul", "(64, 10) x (10, k)", "(64, 12)"), "[matmul] expected (64, 10) x (10, k) but received (64, 12)",
                       std::invalid_argument);
}

TEST_CASE("fail_file names the file and the byte") {
  CHECK_THROWS_WITH_AS(jem::fail_file("images.idx", 16, "784 bytes", "12"), "images.idx, byte 16: expected 784 bytes but found 12",
                       std::runtime_error);
}

TEST_CASE("expect_shape accepts equal shapes only") {
  CHECK_NOTHROW(jem::expect_shape("add", {2, 3}, {2, 3}));
  CHECK_THROWS_WITH_AS(jem::expect_shape("add", {2, 3}, {3, 2}), "[add] expected (2, 3) but received (3, 2)", std::invalid_argument);
}

TEST_CASE("expect_rank counts axes") {
  CHECK_NOTHROW(jem::expect_rank("softmax", 2, {4, 0}));
  CHECK_THROWS_WITH_AS(jem::expect_rank("softmax", 2, {4}), "[softmax] expected 2 axes but received (4)", std::invalid_argument);
}

TEST_CASE("expect_at_least includes its bound") {
  CHECK_NOTHROW(jem::expect_at_least("sample", "steps", 0, 0));
  CHECK_THROWS_WITH_AS(jem::expect_at_least("sample", "steps", 0, -1), "[sample] expected steps >= 0 but received -1",
                       std::invalid_argument);
}
