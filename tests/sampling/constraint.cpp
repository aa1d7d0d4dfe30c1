// SPDX-License-Identifier: MIT
#include <jem/backend/eigen.hpp>
#include <jem/sampling/constraint.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace {

using tensor = jem::tensor<float, jem::eigen>;
static_assert(jem::batch_transform<jem::box, tensor> && jem::batch_transform<jem::unconstrained, tensor>);
static_assert(jem::batch_transform<jem::hold<tensor>, tensor>);
static_assert(!jem::batch_transform<jem::hold<jem::tensor<double, jem::eigen>>, tensor>, "observed values of another type");

}  // namespace

TEST_CASE("a box clamps each element to its ends, and leaves NaN") {
  tensor x({5, 1}, {-2, -1, 0.5f, 1e30f, std::numeric_limits<float>::quiet_NaN()});
  jem::box{-1, 1}(x);
  const auto values = x.to_vector();
  CHECK(std::vector<float>(values.begin(), values.begin() + 4) == std::vector<float>{-1, -1, 0.5f, 1});
  CHECK(std::isnan(values[4]));
}

TEST_CASE("hold sets held coordinates to their observed values, which are the same for all chains or one set for each") {
  tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  jem::hold{.observed = tensor({3}, {7, 8, 9}), .mask = tensor({3}, {0, 1, 0})}(x);
  CHECK(x.to_vector() == std::vector<float>{1, 8, 3, 4, 8, 6});
  jem::hold{.observed = tensor({3}, {7, 8, 9}), .mask = tensor({2, 3}, {1, 0, 0, 0, 0, 1})}(x);
  CHECK(x.to_vector() == std::vector<float>{7, 8, 3, 4, 8, 9});
  CHECK_THROWS_WITH_AS((jem::hold{tensor({2}, {0, 0}), tensor({3}, {1, 0, 0})}(x)),
                       "[replace_where] expected (2, 3) or (3) but received (2)", std::invalid_argument);
}

TEST_CASE("box and unconstrained are functions of an element, and hold is not") {
  static_assert(jem::element_constraint<jem::box, float> && jem::element_constraint<jem::unconstrained, double>);
  static_assert(!jem::element_constraint<jem::hold<tensor>, float> && !jem::element_constraint<int, float>);
  const auto side = jem::box{-1, 2}.element<float>();
  CHECK(side(-3) == -1);
  CHECK(side(0.5f) == 0.5f);
  CHECK(side(3) == 2);
}

TEST_CASE("unconstrained changes nothing, and a box accepts a batch of no chains") {
  tensor x({2, 1}, {-2, 5}), none(jem::shape{0, 3});
  jem::unconstrained{}(x);
  CHECK(x.to_vector() == std::vector<float>{-2, 5});
  jem::box{0, 1}(none);
  CHECK(none.extents() == jem::shape{0, 3});
}
