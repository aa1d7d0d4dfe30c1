// SPDX-License-Identifier: MIT
// What a trainer draws is asked by tests/train/trainer.cpp.
#include "../support/doubles.hpp"

#include <jem/train/draw_pairs.hpp>

using T = test::eigen_double;

TEST_CASE("the residual of a step is that of E(x), or of E(x, y) where there is no other, and otherwise none") {
  const jem::phases<T> images{.pairs_by = {.residual = 0.25}, .joint_pairs_by = {.residual = 0.5}};
  CHECK(jem::detail::residual_of({.pairs = true, .joint_pairs = true}, images) == 0.25);
  CHECK(jem::detail::residual_of({.joint_pairs = true}, images) == 0.5);
  CHECK(std::isnan(jem::detail::residual_of({.labelled = true}, images)));
}
