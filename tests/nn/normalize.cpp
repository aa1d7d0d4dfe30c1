// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences. The numbers of PyTorch 2.15 were printed by this script:
//
//     import math, torch
//     torch.set_default_dtype(torch.float64)
//     wave = lambda shape, a, p: torch.tensor([a * math.sin(p * (i + 1)) for i in range(math.prod(shape))]).reshape(shape)
//     bn = torch.nn.BatchNorm1d(3, momentum=0.25)
//     bn.weight.data, bn.bias.data = wave((3,), 2, 1.7), wave((3,), 1, 0.4)
//     for p in (0.9, 1.3): bn(wave((6, 3), 2, p) + 1)
//     bn.eval()
//     x = wave((4, 3), 1, 2.1).requires_grad_()
//     y = bn(x)
//     (y * wave((4, 3), 1, 0.7)).sum().backward()
//     for t in (bn.running_mean, bn.running_var, y, x.grad, bn.weight.grad, bn.bias.grad):
//         print(", ".join("%.9f" % v for v in t.flatten().tolist()))
#include "../support/doubles.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/normalize.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/optim/adam.hpp>

#include <string>

using namespace test;

TEST_CASE_TEMPLATE("statistics, values and gradients agree with PyTorch's batch normalisation in evaluation mode", T, eigen_double,
                   guarded_double) {
  jem::normalize<T> layer(3);
  layer.weight = waves<T>({3}, 2, 1.7), layer.bias = waves<T>({3}, 1, 0.4);
  for (const double phase : {0.9, 1.3}) jem::update_statistics(layer, waves<T>({6, 3}, 2, phase) + jem::full<T>({6, 3}, 1), 0.25f);
  CHECK(largest_difference(layer.mean.to_vector(), std::vector{0.566591661, 0.499850605, 0.375530844}) < 1e-8);
  CHECK(largest_difference(layer.variance.to_vector(), std::vector{1.632996859, 1.451909783, 1.758374992}) < 1e-8);

  typename jem::normalize<T>::template cache<T> cache;
  const T y  = layer.forward(waves<T>({4, 3}, 1, 2.1), cache);
  auto g     = jem::zeros_like(layer);
  const T dx = layer.backward(waves<T>({4, 3}, 1, 0.7), cache, &g);
  const std::vector values{0.849778749, 1.299046557, 1.432936703, 0.836415035, 1.302490650, 1.409465100,
                           0.822676321, 1.305829250, 1.386006772, 0.808566492, 1.309061415, 1.362568350};
  const std::vector slopes{0.999846977,  -0.417978480, -1.205350131, 0.519912595, 0.148784698,  1.217032637,
                           -1.524798674, 0.267751730,  -0.023478241, 1.019664747, -0.419131534, -1.193326840};
  CHECK(largest_difference(y.to_vector(), values) < 1e-8);
  CHECK(largest_difference(dx.to_vector(), slopes) < 1e-8);
  CHECK(largest_difference(g.weight.to_vector(), std::vector{0.149259201, -1.137179600, -0.211613286}) < 1e-8);
  CHECK(largest_difference(g.bias.to_vector(), std::vector{0.653739823, 0.991568098, 0.863046403}) < 1e-8);
}

TEST_CASE("update_statistics with momentum 1 gives channels mean 0 and variance 1, and with momentum 0 changes nothing") {
  on_every_tensor([]<class T>() {
    const T x = 3.0f * random_tensor<T>({2, 5, 4, 2}, 1) + jem::full<T>({2, 5, 4, 2}, 100);
    jem::normalize<T> layer(2);
    jem::update_statistics(layer, x, 0.0f);
    CHECK(layer.mean.to_vector() == std::vector<float>{0, 0});
    CHECK(layer.variance.to_vector() == std::vector<float>{1, 1});
    const T y = jem::update_statistics(layer, x, 1.0f);
    CHECK(largest_difference((1.0f / 40 * column_sums(y)).to_vector(), std::vector{0.0, 0.0}) < 1e-4);
    CHECK(largest_difference((1.0f / 39 * column_dots(y, y)).to_vector(), std::vector{1.0, 1.0}) < 1e-4);
  });
}

TEST_CASE("an image is normalised in the same way in every batch, and only update_statistics changes the statistics") {
  on_every_tensor([]<class T>() {
    jem::normalize<T> layer(3);
    jem::update_statistics(layer, random_tensor<T>({9, 3}, 1), 1.0f);
    const auto mean = layer.mean.to_vector();
    const T x       = random_tensor<T>({6, 3}, 2);
    typename jem::normalize<T>::template cache<T> all, one;
    const T together = layer.forward(x, all), alone = layer.forward(T(x.rows(4, 1)), one);
    CHECK(same_bits(T(together.rows(4, 1)).to_vector(), alone.to_vector()));
    CHECK(layer.mean.to_vector() == mean);
  });
}

TEST_CASE("an optimiser changes weight and bias, and not the statistics") {
  on_every_tensor([]<class T>() {
    jem::normalize<T> layer(2);
    jem::update_statistics(layer, random_tensor<T>({9, 2}, 1), 1.0f);
    const auto mean = layer.mean.to_vector(), variance = layer.variance.to_vector();
    CHECK(jem::parameter_count(layer) == 4);
    auto gradient = jem::zeros_like(layer);
    CHECK(jem::global_norm(gradient) == 0);
    fill(gradient.weight, 1), fill(gradient.bias, -1);
    const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.5f}};
    auto moments = optimiser.init(layer);
    optimiser.step(moments, layer, gradient);
    CHECK(largest_difference(layer.weight.to_vector(), std::vector{0.5, 0.5}) < 1e-6);
    CHECK(largest_difference(layer.bias.to_vector(), std::vector{0.5, 0.5}) < 1e-6);
    CHECK(layer.mean.to_vector() == mean);
    CHECK(layer.variance.to_vector() == variance);
  });
}

TEST_CASE("a normalisation accepts a batch of no rows, and refuses other channels, no channels, and statistics of one value") {
  using T = jem::tensor<float, jem::eigen>;
  jem::normalize<T> layer(2);
  jem::normalize<T>::cache<T> cache;
  CHECK(layer.forward(T(jem::shape{0, 4, 4, 2}), cache).extents() == jem::shape{0, 4, 4, 2});
  CHECK_THROWS_AS(layer.forward(jem::zeros<T>({4, 3}), cache), std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::normalize<T>(0), "[normalize] expected channels >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::update_statistics(layer, jem::zeros<T>({1, 2}), 1.0f),
                       "[normalize] expected values in a channel >= 2 but received 1", std::invalid_argument);
  CHECK_THROWS_AS(jem::update_statistics(layer, jem::zeros<T>({4, 3}), 1.0f), std::invalid_argument);
  CHECK(layer.mean.to_vector() == std::vector<float>{0, 0});
}

TEST_CASE("no normalisation is the identity and has no parameters") {
  using T   = jem::tensor<float, jem::eigen>;
  const T x = random_tensor<T>({2, 3}, 1);
  jem::no_normalize::cache<T> cache;
  CHECK(jem::no_normalize(3).forward(x, cache).to_vector() == x.to_vector());
  CHECK(jem::no_normalize(3).backward(x, cache, nullptr).to_vector() == x.to_vector());
  CHECK(jem::parameter_count(jem::no_normalize{}) == 0);
}
