// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/residual.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using jem::shape;
using eigen_tensor = jem::tensor<float, jem::eigen>;

TEST_CASE("a residual layer adds its input, or its projection") {
  test::on_every_tensor([]<class T>() {
    const jem::conv2d<T> twice{T({1, 1, 1, 1}, {2}), T({1}, {1}), {}}, tenfold{T({1, 1, 1, 1}, {10}), T({1}, {5}), {}};
    using net = jem::residual<jem::conv2d<T>>;
    typename net::template cache<T> cache;
    const T x({1, 1, 2, 1}, {3, -4}), slope({1, 1, 2, 1}, {1, 2});
    CHECK(net{twice}.forward(x, cache).to_vector() == std::vector<float>{3 + 7, -4 - 7});
    CHECK(net{twice}.backward(slope, cache, nullptr).to_vector() == std::vector<float>{3, 6});
    CHECK(net{twice, tenfold}.forward(x, cache).to_vector() == std::vector<float>{35 + 7, -35 - 7});
    CHECK(net{twice, tenfold}.backward(slope, cache, nullptr).to_vector() == std::vector<float>{12, 24});
  });
}

TEST_CASE("a wide block is conv2(a(conv1(a(x)))) + shortcut(x)") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const auto block = jem::make_wide_block<T>({.in = 2, .out = 3, .stride = 2}, g);
    const jem::sequential body(jem::leaky_relu{}, block.body.conv1, jem::leaky_relu{}, block.body.conv2);
    const T x = test::random_tensor<T>({2, 5, 6, 2}, 2);
    typename decltype(block)::template cache<T> cache;
    typename decltype(body)::template cache<T> b;
    typename jem::conv2d<T>::template cache<T> s;
    const T y = block.forward(x, cache), expected = body.forward(x, b) + block.shortcut->forward(x, s);
    CHECK(y.extents() == shape{2, 3, 3, 3});
    CHECK(test::largest_difference(y.to_vector(), expected.to_vector()) < 1e-6);
  });
}

TEST_CASE("a wide block has a convolution as shortcut just if the shape changes, and its second convolution has the stride") {
  jem::rng g{1};
  CHECK(!jem::make_wide_block<eigen_tensor>({.in = 4, .out = 4}, g).shortcut);
  for (const jem::wide_block_options& o : {jem::wide_block_options{4, 6, 1}, {4, 4, 2}, {4, 6, 2}}) {
    const auto block = jem::make_wide_block<eigen_tensor>(o, g);
    REQUIRE(block.shortcut);
    CHECK(block.shortcut->weight.extents() == shape{1, 1, 4, o.out});
    CHECK(block.shortcut->bias.extents() == shape{o.out});
    CHECK(block.shortcut->geometry.stride == o.stride);
    CHECK(block.body.conv1.weight.extents() == shape{3, 3, 4, o.out});
    CHECK(block.body.conv1.geometry.stride == 1);
    CHECK(block.body.conv2.geometry.stride == o.stride);
  }
}

TEST_CASE("a body with normalisation is conv2(a(norm2(conv1(a(norm1(x))))))") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    auto block            = jem::make_wide_block<T, jem::swish, jem::normalize<T>>({.in = 2, .out = 2}, g);
    block.body.norm1.bias = T({2}, {0.5f, -1}), block.body.norm2.variance = T({2}, {4, 9});
    const auto& b = block.body;
    const jem::sequential same(b.norm1, jem::swish{}, b.conv1, b.norm2, jem::swish{}, b.conv2);
    const T x = test::random_tensor<T>({2, 3, 3, 2}, 2), slope = test::random_tensor<T>({2, 3, 3, 2}, 3);
    typename std::remove_cvref_t<decltype(b)>::template cache<T> one;
    typename decltype(same)::template cache<T> other;
    CHECK(test::same_bits(b.forward(x, one).to_vector(), same.forward(x, other).to_vector()));
    CHECK(test::same_bits(b.backward(slope, one, nullptr).to_vector(), same.backward(slope, other, nullptr).to_vector()));
  });
}

TEST_CASE("the names of a block's parameters are those of its convolutions") {
  jem::rng g{1};
  const auto block = jem::make_wide_block<eigen_tensor>({.in = 1, .out = 2}, g);
  std::vector<std::string> names;
  jem::for_each_named_parameter([&](const std::string& name, const auto&) { names.push_back(name); }, block);
  CHECK(names == std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "shortcut.weight", "shortcut.bias"});
}

TEST_CASE("a body that changes the shape without a shortcut is refused") {
  jem::rng g{1};
  auto block = jem::make_wide_block<eigen_tensor>({.in = 1, .out = 2}, g);
  block.shortcut.reset();
  decltype(block)::cache<eigen_tensor> cache;
  CHECK_THROWS_WITH_AS(block.forward(jem::zeros<eigen_tensor>({1, 4, 4, 1}), cache),
                       "[convolution: an addend] expected (1, 4, 4, 2) but received (1, 4, 4, 1)", std::invalid_argument);
  CHECK_THROWS_AS(jem::make_wide_block<eigen_tensor>({.in = 0, .out = 2}, g), std::invalid_argument);
}

TEST_CASE("a block accepts a batch of no images") {
  jem::rng g{1};
  const auto block = jem::make_wide_block<eigen_tensor>({.in = 1, .out = 2, .stride = 2}, g);
  decltype(block)::cache<eigen_tensor> cache;
  CHECK(block.forward(eigen_tensor(shape{0, 4, 4, 1}), cache).extents() == shape{0, 2, 2, 2});
  auto gradient = jem::zeros_like(block);
  CHECK(block.backward(eigen_tensor(shape{0, 2, 2, 2}), cache, &gradient).extents() == shape{0, 4, 4, 1});
  CHECK(jem::global_norm(gradient) == 0);
}
