// SPDX-License-Identifier: MIT
#include "../../support/backends.hpp"
#include "../../support/gradients.hpp"

#include <jem/nn/models/mlp.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

TEST_CASE("an mlp is a sequential network of linear layers with activations between them and none at the end") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const jem::mlp<T, jem::tanh> net({4, 6, 5, 3}, g);
    const jem::sequential same(net.layers[0], jem::tanh{}, net.layers[1], jem::tanh{}, net.layers[2]);
    const T x = test::random_tensor<T>({7, 4}, 2);
    typename jem::mlp<T, jem::tanh>::template cache<T> a;
    typename decltype(same)::template cache<T> b;
    CHECK(test::same_bits(net.forward(x, a).to_vector(), same.forward(x, b).to_vector()));
    const T slope = test::random_tensor<T>({7, 3}, 3);
    CHECK(test::same_bits(net.backward(slope, a, nullptr).to_vector(), same.backward(slope, b, nullptr).to_vector()));
  });
}

TEST_CASE("an mlp of two widths is linear") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const jem::mlp<T> net({2, 3}, g);
    typename jem::mlp<T>::template cache<T> cache;
    const T x = test::random_tensor<T>({5, 2}, 1), y = net.forward(x, cache), twice = net.forward(2 * x, cache),
            none = net.forward(0 * x, cache);
    CHECK(test::largest_difference((twice + none).to_vector(), (2 * y).to_vector()) < 1e-5);
  });
}

TEST_CASE("a cache may be used again after a larger batch or another network") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  const jem::mlp<T> deep({4, 8, 8, 2}, g), flat({4, 2}, g);
  const T x = test::random_tensor<T>({3, 4}, 1);
  jem::mlp<T>::cache<T> used, fresh;
  deep.forward(test::random_tensor<T>({50, 4}, 2), used);
  CHECK(flat.forward(x, used).to_vector() == flat.forward(x, fresh).to_vector());
  const T slope = test::random_tensor<T>({3, 2}, 3);
  CHECK(flat.backward(slope, used, nullptr).to_vector() == flat.backward(slope, fresh, nullptr).to_vector());
}

TEST_CASE("an mlp needs two widths, all of them positive") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  CHECK_THROWS_WITH_AS((jem::mlp<T>({4}, g)), "[mlp] expected widths >= 2 but received 1", std::invalid_argument);
  CHECK_THROWS_AS((jem::mlp<T>({4, 0, 2}, g)), std::invalid_argument);
}

TEST_CASE("an mlp draws its weights with the given initialiser, layer after layer") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{3}, same{3};
  const jem::mlp<T> net({4, 6, 2}, g, {}, jem::xavier_normal{});
  for (const auto& layer : net.layers) {
    const auto expected = jem::make_linear<T>(layer.weight.extents()[0], layer.weight.extents()[1], same, jem::xavier_normal{});
    CHECK(test::same_bits(layer.weight.to_vector(), expected.weight.to_vector()));
    CHECK(layer.bias.to_vector() == std::vector<float>(layer.bias.size(), 0.0f));
  }
}
