// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/matching/direction.hpp>

using T = test::eigen_double;

namespace {

/// The same numbers at each call.
struct given {
  std::vector<double> values;

  template <jem::tensor_value X>
  X operator()(const jem::shape& extents, jem::rng&) const {
    return X(extents, values);
  }
};

}  // namespace

TEST_CASE("added noise is the direction itself, and noise to go to is reached by its difference from the image") {
  jem::rng g{1};
  const T x({2, 1}, {1, 2});
  CHECK(jem::added{given{{5, 7}}}(x, g).to_vector() == std::vector<double>{5, 7});
  CHECK(jem::toward{given{{5, 7}}}(x, g).to_vector() == std::vector<double>{4, 5});
}

TEST_CASE("images go to noise that is near, the nearest pair first, and each noise has one image") {
  jem::rng g{1};
  // distances: image 0 at 0, image 1 at 1, image 2 at 10; noise at 1.1, 9 and −3: the pair of 1 and 1.1 comes first, then 10 and 9
  const T x({3, 1}, {0, 1, 10});
  CHECK(test::largest_difference(jem::toward_near{given{{1.1, 9, -3}}}(x, g).to_vector(), std::vector<double>{-3, 0.1, -1}) < 1e-12);
}

TEST_CASE("images that go to near noise have the same noise as those that go to any, in another order") {
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
