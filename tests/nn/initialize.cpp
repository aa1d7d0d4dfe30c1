// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/nn/conv2d.hpp>
#include <jem/nn/initialize.hpp>
#include <jem/nn/linear.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using eigen_tensor = jem::tensor<float, jem::eigen>;

namespace {

struct not_an_initializer {
  template <class T>
  int operator()(const jem::shape&, jem::index_t, jem::index_t, jem::rng&) const {
    return 0;
  }
};

constexpr double n = 200'000;

template <class I>
eigen_tensor drawn(const I& make) {
  jem::rng g{1};
  return make.template operator()<eigen_tensor>({200, 1000}, 200, 1000, g);
}

/// Bounds of five standard errors: the mean square of n normals of variance v has 5·v·√(2/n). That of uniforms is smaller.
void check_variance(const eigen_tensor& weight, double variance) {
  CHECK(std::abs(jem::mean(weight)) < 5 * std::sqrt(variance / n));
  CHECK(std::abs(squared_norm(weight) / n - variance) < 5 * variance * std::sqrt(2 / n));
}

double largest(const eigen_tensor& weight) {
  double most = 0;
  for (const float w : weight.to_vector()) most = std::max(most, static_cast<double>(std::abs(w)));
  return most;
}

}  // namespace

TEST_CASE("draws of he and xavier initialisers have the variances of their formulas (false alarm 6e-7 each)") {
  check_variance(drawn(jem::he_normal{}), 2.0 / 200);
  check_variance(drawn(jem::he_normal{.gain = 1}), 1.0 / 200);
  check_variance(drawn(jem::pytorch_uniform{}), 1.0 / (3 * 200));
  check_variance(drawn(jem::xavier_normal{}), 2.0 / 1200);
  check_variance(drawn(jem::xavier_uniform{}), 2.0 / 1200);
}

TEST_CASE("uniform draws come near their bound and do not exceed it") {
  CHECK(largest(drawn(jem::pytorch_uniform{})) <= 1 / std::sqrt(200.0) * (1 + 1e-6));
  CHECK(largest(drawn(jem::pytorch_uniform{})) > 0.999 / std::sqrt(200.0));
  CHECK(largest(drawn(jem::xavier_uniform{})) <= std::sqrt(6.0 / 1200) * (1 + 1e-6));
  CHECK(largest(drawn(jem::xavier_uniform{})) > 0.999 * std::sqrt(6.0 / 1200));
}

TEST_CASE("a convolution's fan-in counts the pixels of its kernel") {
  jem::rng g{2};
  const auto layer = jem::make_conv2d<eigen_tensor>({.in = 8, .out = 64, .kernel = 5}, g);
  CHECK(largest(layer.weight) <= 1 / std::sqrt(200.0) * (1 + 1e-6));
  CHECK(largest(layer.weight) > 0.99 / std::sqrt(200.0));
}

TEST_CASE("biases are drawn for pytorch_uniform, and are zero for all other initialisers") {
  jem::rng g{3};
  CHECK(largest(jem::make_linear<eigen_tensor>(5, 50, g).bias) > 0);
  CHECK(largest(jem::make_linear<eigen_tensor>(5, 50, g).bias) <= 1 / std::sqrt(5.0) * (1 + 1e-6));
  CHECK(largest(jem::make_linear<eigen_tensor>(5, 50, g, jem::xavier_uniform{}).bias) == 0);
  CHECK(largest(jem::make_conv2d<eigen_tensor>({.in = 2, .out = 50}, g, jem::he_normal{}).bias) == 0);
}

TEST_CASE("the same generator draws the same weights, on every backend") {
  jem::rng g{4};
  const auto expected = jem::make_linear<jem::tensor<float, jem::reference>>(30, 20, g).weight.to_vector();
  test::on_every_tensor([&]<class T>() {
    jem::rng again{4};
    CHECK(test::largest_difference(jem::make_linear<T>(30, 20, again).weight.to_vector(), expected) < 1e-6);
    CHECK(again == g);
  });
}

TEST_CASE("an initialiser has to return the right type of tensor") {
  static_assert(jem::initializer<jem::pytorch_uniform, eigen_tensor> && jem::initializer<jem::xavier_normal, eigen_tensor>);
  static_assert(!jem::initializer<not_an_initializer, eigen_tensor> && !jem::initializer<int, eigen_tensor>);
  CHECK(true);
}
