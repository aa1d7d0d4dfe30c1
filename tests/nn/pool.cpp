// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

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

TEST_CASE("a global average pool is the mean of each channel, for images of any size") {
  test::on_every_tensor([]<class T>() {
    jem::global_average_pool::cache<T> cache;
    const T y = jem::global_average_pool{}.forward(T({2, 1, 3, 2}, {1, 10, 2, 20, 6, 60, -1, 0, -2, 0, -6, 3}), cache);
    CHECK(y.extents() == jem::shape{2, 2});
    CHECK(y.to_vector() == std::vector<float>{3, 30, -3, 1});
    const T dx = jem::global_average_pool{}.backward(T({2, 2}, {3, 6, 9, -3}), cache, nullptr);
    CHECK(dx.extents() == jem::shape{2, 1, 3, 2});
    CHECK(dx.to_vector() == std::vector<float>{1, 2, 1, 2, 1, 2, 3, -1, 3, -1, 3, -1});
    CHECK(jem::global_average_pool{}.forward(T(jem::shape{0, 7, 5, 3}), cache).extents() == jem::shape{0, 3});
    CHECK(jem::global_average_pool{}.backward(T(jem::shape{0, 3}), cache, nullptr).extents() == jem::shape{0, 7, 5, 3});
  });
}

TEST_CASE("an average pool whose window is the image equals a global one") {
  test::on_every_tensor([]<class T>() {
    const T x = test::random_tensor<T>({3, 8, 8, 5}, 1);
    jem::average_pool::cache<T> a;
    jem::global_average_pool::cache<T> b;
    CHECK(test::same_bits(jem::average_pool{8}.forward(x, a).to_vector(), jem::global_average_pool{}.forward(x, b).to_vector()));
  });
}

TEST_CASE("a global average pool refuses tensors that are no images, and images without pixels") {
  using T = jem::tensor<float, jem::eigen>;
  jem::global_average_pool::cache<T> cache;
  CHECK_THROWS_WITH_AS(jem::global_average_pool{}.forward(jem::zeros<T>({4, 3}), cache),
                       "[global_average_pool] expected 4 axes but received (4, 3)", std::invalid_argument);
  CHECK_THROWS_AS(jem::global_average_pool{}.forward(T(jem::shape{1, 0, 4, 3}), cache), std::invalid_argument);
}
