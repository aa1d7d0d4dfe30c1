// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/backends.hpp"

#include <jem/nn/linear.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using floats = std::vector<float>;

TEST_CASE("a linear layer is x W + b, and its gradients are the transposed products") {
  test::on_every_tensor([]<class T>() {
    const jem::linear<T> layer{T({2, 3}, {1, 2, 3, 4, 5, 6}), T({3}, {10, 20, 30})};
    typename jem::linear<T>::template cache<T> cache;
    CHECK(layer.in() == 2);
    CHECK(layer.out() == 3);
    CHECK(layer.forward(T({2, 2}, {1, 0, 0, 2}), cache).to_vector() == floats{11, 22, 33, 18, 30, 42});
    jem::linear<T> gradient{jem::zeros<T>({2, 3}), jem::full<T>({3}, 100)};
    const T dx = layer.backward(T({2, 3}, {1, 0, 0, 0, 1, -1}), cache, &gradient);
    CHECK(dx.to_vector() == floats{1, 4, -1, -1});
    CHECK(gradient.weight.to_vector() == floats{1, 0, 0, 0, 2, -2});
    CHECK(gradient.bias.to_vector() == floats{101, 101, 99});
  });
}

TEST_CASE("a linear layer accepts a batch of no rows") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const auto layer = jem::make_linear<T>(3, 2, g);
    typename jem::linear<T>::template cache<T> cache;
    CHECK(layer.forward(T(shape{0, 3}), cache).extents() == shape{0, 2});
    auto gradient = jem::linear<T>{jem::zeros<T>({3, 2}), jem::zeros<T>({2})};
    CHECK(layer.backward(T(shape{0, 2}), cache, &gradient).extents() == shape{0, 3});
    CHECK(gradient.weight.to_vector() == floats(6, 0));
  });
}

TEST_CASE("a linear layer refuses other inputs, and none can be made without inputs or outputs") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  const auto layer = jem::make_linear<T>(3, 2, g);
  jem::linear<T>::cache<T> cache;
  CHECK_THROWS_WITH_AS(layer.forward(T(shape{5, 4}), cache), "[matmul] expected (5, 4) x (4, k) but received (3, 2)",
                       std::invalid_argument);
  CHECK_THROWS_AS(layer.forward(T(shape{3}), cache), std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::make_linear<T>(0, 2, g), "[make_linear] expected inputs >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_AS(jem::make_linear<T>(3, 0, g), std::invalid_argument);
}
