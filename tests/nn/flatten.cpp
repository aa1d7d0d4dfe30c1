// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/nn/flatten.hpp>

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("flatten keeps rows and their order, and backward restores the extents") {
  test::on_every_tensor([]<class T>() {
    jem::flatten::cache<T> cache;
    T x({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    const auto values = x.to_vector();
    T y               = jem::flatten{}.forward(std::move(x), cache);
    CHECK(y.extents() == jem::shape{2, 4});
    CHECK(y.to_vector() == values);
    const T back = jem::flatten{}.backward(std::move(y), cache, nullptr);
    CHECK(back.extents() == jem::shape{2, 1, 2, 2});
    CHECK(back.to_vector() == values);
  });
}

TEST_CASE("flatten accepts a batch of no images, and rows of one number") {
  test::on_every_tensor([]<class T>() {
    jem::flatten::cache<T> cache;
    CHECK(jem::flatten{}.forward(T(jem::shape{0, 4, 4, 3}), cache).extents() == jem::shape{0, 48});
    CHECK(jem::flatten{}.forward(T(jem::shape{5}), cache).extents() == jem::shape{5, 1});
  });
}
