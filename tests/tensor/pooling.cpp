// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/pooling.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using floats = std::vector<float>;

TEST_CASE("window_means averages each window of each channel") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 2, 4, 2}, {1, 10, 2, 20, 5, 50, 6, 60, 3, 30, 4, 40, 7, 70, 8, 80});
    CHECK(window_means(x, 2, 2).extents() == shape{1, 1, 2, 2});
    CHECK(window_means(x, 2, 2).to_vector() == floats{2.5f, 25, 6.5f, 65});
    CHECK(window_means(x, 2, 4).to_vector() == floats{4.5f, 45});
    CHECK(window_means(x, 1, 2).to_vector() == floats{1.5f, 15, 5.5f, 55, 3.5f, 35, 7.5f, 75});
    CHECK(window_means(x, 1, 1).to_vector() == x.to_vector());
  });
}

TEST_CASE("spread_means is the transpose of window_means") {
  test::on_every_backend([]<class B>() {
    using T   = jem::tensor<double, B>;
    const T x = test::random_tensor<T>({2, 6, 9, 2}, 1), dy = test::random_tensor<T>({2, 2, 3, 2}, 2);
    CHECK(jem::sum(window_means(x, 3, 3) * dy) == doctest::Approx(jem::sum(x * spread_means(dy, 3, 3, x.extents()))).epsilon(1e-12));
    const T wide = test::random_tensor<T>({2, 3, 1, 2}, 3);
    CHECK(jem::sum(window_means(x, 2, 9) * wide) == doctest::Approx(jem::sum(x * spread_means(wide, 2, 9, x.extents()))).epsilon(1e-12));
  });
}

TEST_CASE("the means of no images are empty") {
  test::on_every_tensor([]<class T>() { CHECK(window_means(T(shape{0, 4, 4, 3}), 2, 2).extents() == shape{0, 2, 2, 3}); });
}

TEST_CASE("pooling refuses images that its windows do not divide") {
  using T = jem::tensor<float, jem::eigen>;
  CHECK_THROWS_WITH_AS(window_means(T(shape{1, 4, 5, 1}), 4, 2),
                       "[pooling] expected (n, h, w, c) with whole windows of (4, 2) but received (1, 4, 5, 1)", std::invalid_argument);
  CHECK_THROWS_AS(window_means(T(shape{1, 4, 4, 1}), 0, 2), std::invalid_argument);
  CHECK_THROWS_AS(window_means(T(shape{4, 4}), 2, 2), std::invalid_argument);
  CHECK_THROWS_AS(spread_means(T(shape{1, 3, 2, 1}), 2, 2, {1, 4, 4, 1}), std::invalid_argument);
}
