// SPDX-License-Identifier: MIT
// tests/train/trainer.cpp checks what a trainer draws.
#include "../support/doubles.hpp"

#include <jem/train/draw_pairs.hpp>

using T = test::eigen_double;

TEST_CASE("the residual of a step is that of E(x), or that of E(x, y) without pairs of E(x), or NaN without any pairs") {
  const jem::phases<T> images{.pairs_by = {.residual = 0.25}, .joint_pairs_by = {.residual = 0.5}};
  CHECK(jem::detail::residual_of({.pairs = true, .joint_pairs = true}, images) == 0.25);
  CHECK(jem::detail::residual_of({.joint_pairs = true}, images) == 0.5);
  CHECK(std::isnan(jem::detail::residual_of({.labelled = true}, images)));
}
