// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/nn/pool.hpp>

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("an average pool halves an image and spreads the gradient evenly") {
  test::on_every_tensor([]<class T>() {
    jem::average_pool::cache<T> cache;
    const T y = jem::average_pool{2}.forward(T({1, 2, 4, 1}, {1, 2, 5, 6, 3, 4, 7, 8}), cache);
    CHECK(y.extents() == jem::shape{1, 1, 2, 1});
    CHECK(y.to_vector() == std::vector<float>{2.5f, 6.5f});
    const T dx = jem::average_pool{2}.backward(T({1, 1, 2, 1}, {4, 8}), cache, nullptr);
    CHECK(dx.to_vector() == std::vector<float>{1, 1, 2, 2, 1, 1, 2, 2});
  });
}

TEST_CASE("an average pool refuses an image that its window does not divide") {
  using T = jem::tensor<float, jem::eigen>;
  jem::average_pool::cache<T> cache;
  CHECK_THROWS_AS((jem::average_pool{3}.forward(T(jem::shape{1, 8, 9, 1}), cache)), std::invalid_argument);
}
