// SPDX-License-Identifier: MIT
#include <jem/backend/eigen.hpp>
#include <jem/sampling/constraint.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace {

using tensor = jem::tensor<float, jem::eigen>;
static_assert(jem::batch_transform<jem::box, tensor> && jem::batch_transform<jem::unconstrained, tensor>);

}  // namespace

TEST_CASE("a box holds each element between its sides, and keeps a NaN visible") {
  tensor x({5, 1}, {-2, -1, 0.5f, 1e30f, std::numeric_limits<float>::quiet_NaN()});
  jem::box{-1, 1}(x);
  const auto values = x.to_vector();
  CHECK(std::vector<float>(values.begin(), values.begin() + 4) == std::vector<float>{-1, -1, 0.5f, 1});
  CHECK(std::isnan(values[4]));
}

TEST_CASE("no constraint is no change, and an empty batch fits into any box") {
  tensor x({2, 1}, {-2, 5}), none(jem::shape{0, 3});
  jem::unconstrained{}(x);
  CHECK(x.to_vector() == std::vector<float>{-2, 5});
  jem::box{0, 1}(none);
  CHECK(none.extents() == jem::shape{0, 3});
}
