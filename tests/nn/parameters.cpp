// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using eigen_tensor = jem::tensor<float, jem::eigen>;

TEST_CASE("parameters are counted through layers, networks and ranges of layers") {
  jem::rng g{1};
  CHECK(jem::parameter_count(jem::make_linear<eigen_tensor>(7, 3, g)) == 7 * 3 + 3);
  CHECK(jem::parameter_count(jem::mlp<eigen_tensor>({4, 5, 2}, g)) == 4 * 5 + 5 + 5 * 2 + 2);
  CHECK(jem::parameter_count(jem::swish{}) == 0);
  const jem::convnet<eigen_tensor> net({.height = 8, .width = 8, .widths = {32, 64}}, g);
  CHECK(jem::parameter_count(net) == (9 * 32 + 32) + (16 * 32 * 64 + 64) + (9 * 64 * 64 + 64) + (4 * 4 * 64 * 10 + 10));
}

TEST_CASE("names of parameters are paths") {
  jem::rng g{1};
  const auto names = [](auto& net) {
    std::vector<std::string> all;
    jem::for_each_named_parameter([&](const std::string& name, const auto&) { all.push_back(name); }, net);
    return all;
  };
  jem::sequential chain(jem::make_linear<eigen_tensor>(4, 4, g), jem::swish{}, jem::make_linear<eigen_tensor>(4, 2, g));
  CHECK(names(chain) == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
  const jem::mlp<eigen_tensor> perceptron({4, 3, 2}, g);
  CHECK(names(perceptron) == std::vector<std::string>{"layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"});
}

TEST_CASE("statistics have names, after the parameters of their layer, and are no parameters") {
  jem::rng g{1};
  jem::sequential net(jem::make_linear<eigen_tensor>(4, 3, g), jem::normalize<eigen_tensor>(3));
  std::vector<std::string> names, parameters;
  jem::for_each_named_tensor([&](const std::string& name, auto&) { names.push_back(name); }, net);
  jem::for_each_named_parameter([&](const std::string& name, auto&) { parameters.push_back(name); }, net);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.mean", "1.variance"});
  CHECK(parameters == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});
  CHECK(jem::parameter_count(net) == 4 * 3 + 3 + 3 + 3);
  static_assert(jem::has_statistics<jem::normalize<eigen_tensor>> && !jem::has_statistics<jem::linear<eigen_tensor>>);
}

TEST_CASE("zeros_like keeps statistics, so that a gradient is a model that can compute") {
  test::on_every_tensor([]<class T>() {
    const auto zero = jem::zeros_like(jem::normalize<T>(2));
    CHECK(zero.weight.to_vector() == std::vector<float>{0, 0});
    CHECK(zero.variance.to_vector() == std::vector<float>{1, 1});
  });
}

TEST_CASE("for_each_parameter visits the parameters of two models together, such as a network and its gradient") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{2};
    jem::mlp<T> net({3, 2, 2}, g);
    const auto before = test::parameter_values(net);
    auto gradient     = jem::zeros_like(net);
    jem::for_each_parameter_of([](auto& t) { fill(t, 1); }, gradient);
    jem::for_each_parameter([](auto& parameter, const auto& slope) { add_scaled(parameter, -0.5f, slope); }, net, gradient);
    auto expected = before;
    for (double& each : expected) each -= 0.5;
    CHECK(test::largest_difference(test::parameter_values(net), expected) < 1e-6);
  });
}

TEST_CASE("zeros_like has the same structure, only zeros, and memory of its own") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{3};
    const jem::mlp<T> net({3, 2}, g);
    const auto before = test::parameter_values(net);
    auto zero         = jem::zeros_like(net);
    CHECK(test::parameter_values(zero) == std::vector<double>(before.size(), 0.0));
    jem::for_each_parameter_of([](auto& t) { fill(t, 5); }, zero);
    CHECK(test::parameter_values(net) == before);
    CHECK(zero.layers[0].weight.extents() == net.layers[0].weight.extents());
  });
}

TEST_CASE("the global norm is that of all parameters together") {
  test::on_every_tensor([]<class T>() {
    const jem::linear<T> layer{T({2, 1}, {1, 2}), T({1}, {2})};
    CHECK(jem::global_norm(layer) == doctest::Approx(3).epsilon(1e-7));
    CHECK(jem::global_norm(jem::relu{}) == 0);
  });
}

TEST_CASE("for_each_parameter refuses models of different depths") {
  jem::rng g{4};
  jem::mlp<eigen_tensor> two({3, 3, 2}, g);
  const jem::mlp<eigen_tensor> one({3, 2}, g);
  CHECK_THROWS_WITH_AS(jem::for_each_parameter([](auto&, const auto&) {}, two, one),
                       "[parameters] expected 2 layers but received another number", std::invalid_argument);
}
