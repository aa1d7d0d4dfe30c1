// SPDX-License-Identifier: MIT
#include "../../support/compiled_convolutions.hpp"
#include "../../support/backends.hpp"
#include "../../support/gradients.hpp"

#include <jem/nn/models/convnet.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

TEST_CASE("a convnet is a sequential network of convolutions, of which some have stride 2, and a linear head") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const jem::convnet<T> net({.height = 8, .width = 6, .channels = 2, .classes = 5, .widths = {3, 4}}, g);
    REQUIRE(net.convolutions.size() == 3);
    const jem::sequential same(net.convolutions[0], jem::swish{}, net.convolutions[1], jem::swish{}, net.convolutions[2], jem::swish{},
                               jem::flatten{}, net.head);
    const T x = test::random_tensor<T>({4, 8, 6, 2}, 2);
    typename jem::convnet<T>::template cache<T> a;
    typename decltype(same)::template cache<T> b;
    const T logits = net.forward(x, a);
    CHECK(logits.extents() == jem::shape{4, 5});
    CHECK(test::same_bits(logits.to_vector(), same.forward(x, b).to_vector()));
    const T slope = test::random_tensor<T>({4, 5}, 3);
    CHECK(test::same_bits(net.backward(slope, a, nullptr).to_vector(), same.backward(slope, b, nullptr).to_vector()));
  });
}

TEST_CASE("a convnet's logits of an image do not depend on the other images of the batch") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const jem::convnet<T> net({.height = 4, .width = 4, .classes = 3, .widths = {2, 2}}, g);
    typename jem::convnet<T>::template cache<T> cache;
    const T x = test::random_tensor<T>({5, 4, 4, 1}, 2), all = net.forward(x, cache), one = net.forward(T(x.rows(3, 1)), cache);
    CHECK(test::largest_difference(T(all.rows(3, 1)).to_vector(), one.to_vector()) < 1e-5);
  });
}

TEST_CASE("backends agree on a convnet's logits to 1e-5") {
  jem::rng seed{7};
  using reference = jem::tensor<float, jem::reference>;
  const jem::convnet<reference> net({.height = 8, .width = 8}, seed);
  jem::convnet<reference>::cache<reference> cache;
  const auto expected = net.forward(test::random_tensor<reference>({3, 8, 8, 1}, 1), cache).to_vector();
  test::on_every_tensor([&]<class T>() {
    jem::rng g{7};
    const jem::convnet<T> same({.height = 8, .width = 8}, g);
    typename jem::convnet<T>::template cache<T> own;
    CHECK(test::largest_difference(same.forward(test::random_tensor<T>({3, 8, 8, 1}, 1), own).to_vector(), expected) < 1e-5);
  });
}

TEST_CASE("a convnet accepts images of odd sizes, which its strides round down") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  const jem::convnet<T> net({.height = 7, .width = 5, .channels = 1, .classes = 2, .widths = {2, 2, 2}}, g);
  jem::convnet<T>::cache<T> cache;
  CHECK(net.forward(jem::zeros<T>({2, 7, 5, 1}), cache).extents() == jem::shape{2, 2});
  CHECK(net.forward(jem::zeros<T>({0, 7, 5, 1}), cache).extents() == jem::shape{0, 2});
}

TEST_CASE("a convnet needs at least one width, and images that can be halved often enough") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  const auto make = [&](jem::index_t side, const std::vector<jem::index_t>& widths) {
    return jem::convnet<T>({.height = side, .width = side, .widths = widths}, g);
  };
  CHECK_THROWS_WITH_AS(make(8, {}), "[convnet] expected widths >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(2, {4, 4, 4}), "[convnet] expected an image that can be halved 2 times but received (2, 2, 1)",
                       std::invalid_argument);
  CHECK_THROWS_AS(make(8, {4, 0}), std::invalid_argument);
  CHECK_THROWS_AS(make(0, {4}), std::invalid_argument);
}

TEST_CASE("a convnet refuses images of another size or other channels") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  const jem::convnet<T> net({.height = 8, .width = 8, .widths = {2}}, g);
  jem::convnet<T>::cache<T> cache;
  CHECK_THROWS_AS(net.forward(jem::zeros<T>({1, 8, 8, 3}), cache), std::invalid_argument);
  CHECK_THROWS_AS(net.forward(jem::zeros<T>({1, 9, 8, 1}), cache), std::invalid_argument);
}

TEST_CASE("a convnet draws its weights with the given initialiser, layer after layer") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{3}, same{3};
  const jem::convnet<T> net({.height = 4, .width = 6, .channels = 2, .classes = 5, .widths = {3, 4}}, g, {}, jem::he_normal{});
  const auto check = [](const auto& layer, const auto& expected) {
    CHECK(test::same_bits(layer.weight.to_vector(), expected.weight.to_vector()));
    CHECK(layer.bias.to_vector() == std::vector<float>(layer.bias.size(), 0.0f));
  };
  check(net.convolutions[0], jem::make_conv2d<T>({.in = 2, .out = 3}, same, jem::he_normal{}));
  check(net.convolutions[1], jem::make_conv2d<T>({.in = 3, .out = 4, .kernel = 4, .stride = 2}, same, jem::he_normal{}));
  check(net.convolutions[2], jem::make_conv2d<T>({.in = 4, .out = 4}, same, jem::he_normal{}));
  check(net.head, jem::make_linear<T>(2 * 3 * 4, 5, same, jem::he_normal{}));
}

TEST_CASE("a convnet with wrong options throws before it draws weights") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  CHECK_THROWS_AS((jem::convnet<T>({.height = 2, .width = 2, .widths = {4, 4, 4}}, g)), std::invalid_argument);
  CHECK_THROWS_WITH_AS((jem::convnet<T>({.height = 8, .width = 8, .widths = {4, 0}}, g)),
                       "[convnet_options] expected widths from 1 to 1048576 but received 0", std::invalid_argument);
  CHECK(g == jem::rng{1});
}
