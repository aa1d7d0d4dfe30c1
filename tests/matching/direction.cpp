// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/matching/direction.hpp>

using T = test::eigen_double;

namespace {

/// Noise that has these numbers at each call.
struct given {
  std::vector<double> values;

  template <jem::tensor_value X>
  X operator()(const jem::shape& extents, jem::rng&) const {
    return X(extents, values);
  }
};

}  // namespace

TEST_CASE("the direction of added is the noise, and that of toward is the noise minus the image") {
  jem::rng g{1};
  const T x({2, 1}, {1, 2});
  CHECK(jem::added{given{{5, 7}}}(x, g).to_vector() == std::vector<double>{5, 7});
  CHECK(jem::toward{given{{5, 7}}}(x, g).to_vector() == std::vector<double>{4, 5});
}

TEST_CASE("toward_near pairs each image with a different noise, the nearest pair first") {
  jem::rng g{1};
  // Images at 0, 1 and 10, noise at 1.1, 9 and −3. The nearest pair is 1 and 1.1, then 10 and 9; 0 and −3 are left.
  const T x({3, 1}, {0, 1, 10});
  CHECK(test::largest_difference(jem::toward_near{given{{1.1, 9, -3}}}(x, g).to_vector(), std::vector<double>{-3, 0.1, -1}) < 1e-12);
}

TEST_CASE("toward_near uses the noise of toward in another order, with shorter distances") {
  jem::rng g{9}, again{9};
  jem::rng other{4};
  const T x    = jem::normal<T>({16, 3, 2}, other);
  const T near = jem::toward_near{jem::normal_start{}}(x, g) + x, any = jem::toward{jem::normal_start{}}(x, again) + x;
  const auto ordered = [](std::vector<double> v) {
    std::ranges::sort(v);
    return v;
  };
  CHECK(test::largest_difference(ordered(near.to_vector()), ordered(any.to_vector())) < 1e-12);
  const auto length = [&](const T& z) { return jem::squared_norm(z - x); };
  CHECK(length(near) < 0.8 * length(any));
}
