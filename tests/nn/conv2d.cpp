// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"

#include <jem/nn/conv2d.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using floats = std::vector<float>;

TEST_CASE("a convolution adds its bias to every pixel, and the bias gradient sums over them") {
  test::on_every_tensor([]<class T>() {
    const jem::conv2d<T> layer{T({1, 1, 1, 2}, {1, -1}), T({2}, {10, 20}), {}};
    typename jem::conv2d<T>::template cache<T> cache;
    CHECK(layer.forward(T({1, 1, 2, 1}, {3, 4}), cache).to_vector() == floats{13, 17, 14, 16});
    jem::conv2d<T> gradient{jem::zeros<T>({1, 1, 1, 2}), jem::zeros<T>({2}), {}};
    CHECK(layer.backward(T({1, 1, 2, 2}, {1, 2, 3, 5}), cache, &gradient).to_vector() == floats{-1, -2});
    CHECK(gradient.weight.to_vector() == floats{15, 26});
    CHECK(gradient.bias.to_vector() == floats{4, 7});
  });
}

TEST_CASE("convolutions halve images with stride 2 and keep them with padding") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    typename jem::conv2d<T>::template cache<T> cache;
    const auto same = jem::make_conv2d<T>({.in = 1, .out = 4}, g),
               half = jem::make_conv2d<T>({.in = 1, .out = 4, .kernel = 4, .stride = 2}, g);
    CHECK(same.forward(jem::zeros<T>({2, 8, 6, 1}), cache).extents() == shape{2, 8, 6, 4});
    CHECK(half.forward(jem::zeros<T>({2, 8, 6, 1}), cache).extents() == shape{2, 4, 3, 4});
    CHECK(half.forward(jem::zeros<T>({0, 8, 6, 1}), cache).extents() == shape{0, 4, 3, 4});
  });
}

TEST_CASE("a convolution refuses other channels and images smaller than its kernel") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  jem::conv2d<T>::cache<T> cache;
  const auto layer = jem::make_conv2d<T>({.in = 3, .out = 4, .kernel = 5, .padding = 0}, g);
  CHECK_THROWS_AS(layer.forward(T(shape{1, 8, 8, 1}), cache), std::invalid_argument);
  CHECK_THROWS_AS(layer.forward(T(shape{1, 4, 8, 3}), cache), std::invalid_argument);
  CHECK_THROWS_AS(jem::make_conv2d<T>({.in = 0, .out = 4}, g), std::invalid_argument);
  CHECK_THROWS_AS(jem::make_conv2d<T>({.in = 1, .out = 4, .stride = 0}, g), std::invalid_argument);
  CHECK_THROWS_AS(jem::make_conv2d<T>({.in = 1, .out = 4, .padding = -1}, g), std::invalid_argument);
}
