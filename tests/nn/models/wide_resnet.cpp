// SPDX-License-Identifier: MIT
// tests/train/golden_wide_resnet_*.cpp compare values and gradients with those of PyTorch.
#include "../../support/compiled_convolutions.hpp"
#include "../../support/backends.hpp"
#include "../../support/gradients.hpp"

#include <jem/energy/marginal.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/sequential.hpp>

#include <jem/tensor/columns.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using jem::shape;
using eigen_tensor = jem::tensor<float, jem::eigen>;

namespace {

/// A Wide ResNet with all its parts, but few channels, so that tests are fast on every backend.
constexpr jem::wide_resnet_options small{.depth = 16, .width = 2, .channels = 3, .classes = 4, .stem = 2};

template <class T, class Net>
T run(const Net& net, const T& x) {
  typename Net::template cache<T> cache;
  return net.forward(x, cache);
}

}  // namespace

TEST_CASE("wide ResNets have as many parameters as PyTorch's") {  // sum(p.numel() for p in net.parameters())
  jem::rng g{1};
  const auto count = [&](const jem::wide_resnet_options& o) { return jem::parameter_count(jem::wide_resnet<eigen_tensor>(o, g)); };
  CHECK(count({.depth = 10, .width = 1}) == 77'706);
  CHECK(count({.depth = 16, .width = 2}) == 690'986);
  CHECK(count({}) == 36'471'338);  // WRN-28-10
  CHECK(count({.depth = 10, .width = 1, .energy_head = true}) == 77'706 + 65);
  CHECK(count({.depth = 10, .width = 1, .channels = 1, .classes = 100}) == 77'706 - 2 * 9 * 16 + 90 * 65);
}

TEST_CASE("a wide ResNet is a sequential network of stem, blocks, leaky ReLU, pool and head") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const jem::wide_resnet<T> net(small, g);
    REQUIRE(net.groups.layers.size() == 3);
    const auto& [one, two, three] = std::tie(net.groups.layers[0], net.groups.layers[1], net.groups.layers[2]);
    REQUIRE(one.layers.size() == 2);
    const jem::sequential same(net.stem, one.layers[0], one.layers[1], two.layers[0], two.layers[1], three.layers[0], three.layers[1],
                               jem::leaky_relu{}, jem::global_average_pool{}, net.head.classes);
    const T x = test::random_tensor<T>({2, 8, 8, 3}, 2), slope = test::random_tensor<T>({2, 4}, 3);
    typename jem::wide_resnet<T>::template cache<T> a;
    typename decltype(same)::template cache<T> b;
    CHECK(test::same_bits(net.forward(x, a).to_vector(), same.forward(x, b).to_vector()));
    auto gradient = jem::zeros_like(net);
    auto expected = jem::zeros_like(same);
    CHECK(test::same_bits(net.backward(slope, a, &gradient).to_vector(), same.backward(slope, b, &expected).to_vector()));
    CHECK(test::same_bits(test::parameter_values(gradient), test::parameter_values(expected)));
  });
}

TEST_CASE("every element of a wide ResNet's gradients agrees with central differences, also with frozen normalisation") {
  using T = jem::tensor<double, jem::reference>;  // the conformance suite checks all backends, along random directions
  jem::rng g{1};
  const jem::wide_resnet_options options{.depth = 10, .width = 2, .channels = 1, .classes = 3, .energy_head = true, .stem = 1};
  const T x = test::random_tensor<T>({2, 4, 5, 1}, 2);
  CHECK(test::check_layer_gradients(jem::wide_resnet<T>(options, g), x) < 1e-6);
  jem::wide_resnet<T, jem::swish, jem::normalize<T>> net(options, g);
  jem::update_statistics(net, x, 0.5f);
  CHECK(test::check_layer_gradients(net, x) < 1e-6);
}

TEST_CASE("groups widen and halve images, and only blocks that change the shape have a convolution as shortcut") {
  jem::rng g{1};
  const jem::wide_resnet<eigen_tensor> net({.depth = 22, .width = 3, .stem = 4}, g), slim({.depth = 10, .width = 1, .stem = 4}, g);
  const std::vector<jem::index_t> widths{12, 24, 48}, strides{1, 2, 2};
  for (std::size_t group = 0; group < 3; ++group) {
    const auto& blocks = net.groups.layers[group].layers;
    REQUIRE(blocks.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(blocks[i].body.conv2.weight.extents() == shape{3, 3, widths[group], widths[group]});
      CHECK(blocks[i].body.conv1.geometry.stride == 1);
      CHECK(blocks[i].body.conv2.geometry.stride == (i == 0 ? strides[group] : 1));
      CHECK(blocks[i].shortcut.has_value() == (i == 0));
    }
  }
  CHECK(!slim.groups.layers[0].layers[0].shortcut);
  CHECK(slim.groups.layers[1].layers[0].shortcut);
}

TEST_CASE("a wide ResNet accepts images of any size, and a batch of no images") {
  jem::rng g{1};
  const jem::wide_resnet<eigen_tensor> net(small, g);
  for (const shape& extents : {shape{2, 8, 8, 3}, {1, 7, 5, 3}, {1, 1, 1, 3}, {0, 8, 8, 3}}) {
    CHECK(run(net, jem::zeros<eigen_tensor>(extents)).extents() == shape{extents[0], 4});
  }
  CHECK_THROWS_AS(run(net, jem::zeros<eigen_tensor>({1, 8, 8, 1})), std::invalid_argument);
}

TEST_CASE("a wide ResNet's logits of an image do not depend on the other images, also with energy head and frozen normalisation") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    auto options        = small;
    options.energy_head = true;
    jem::wide_resnet<T, jem::leaky_relu, jem::normalize<T>> net(options, g);
    jem::update_statistics(net, test::random_tensor<T>({6, 8, 8, 3}, 1), 1.0f);
    const T x = test::random_tensor<T>({5, 8, 8, 3}, 2);
    CHECK(test::largest_difference(T(run(net, x).rows(3, 1)).to_vector(), run(net, T(x.rows(3, 1))).to_vector()) < 1e-5);
  });
}

TEST_CASE("an energy head does not change the classifier, and makes the energy a linear function of the features") {
  test::on_every_tensor([]<class T>() {
    jem::rng one{1}, other{1};
    auto options = small;
    const jem::wide_resnet<T> plain(options, one);
    options.energy_head = true;
    jem::wide_resnet<T> net(options, other);
    const T x = test::random_tensor<T>({3, 8, 8, 3}, 2);
    CHECK(test::largest_difference(softmax(run(net, x)).to_vector(), softmax(run(plain, x)).to_vector()) < 1e-6);
    fill(net.head.energy->weight, 0), fill(net.head.energy->bias, -7);
    CHECK(test::largest_difference(jem::marginal_energy{net}.value(x).to_vector(), std::vector<float>(3, 7.0f)) < 1e-5);
  });
}

TEST_CASE("after update_statistics on a batch every normalised activation has mean 0 and variance 1 on it") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    jem::wide_resnet<T, jem::leaky_relu, jem::normalize<T>> net(small, g);
    const T x = test::random_tensor<T>({6, 8, 8, 3}, 2);
    const T y = jem::update_statistics(net, x, 1.0f);
    CHECK(test::same_bits(y.to_vector(), run(net, x).to_vector()));
    typename decltype(net)::template cache<T> cache;
    net.forward(x, cache);
    const auto check = [](const T& seen) {
      const float count = static_cast<float>(seen.size() / seen.extent(3));
      CHECK(test::largest_difference((1 / count * column_sums(seen)).to_vector(),
                                     std::vector<float>(static_cast<std::size_t>(seen.extent(3)))) < 1e-4);
      for (const float variance : (1 / (count - 1) * column_dots(seen, seen)).to_vector())
        CHECK(variance == doctest::Approx(1).epsilon(1e-2));
    };
    check(cache.norm.normalized);
    check(cache.groups[0][0].body.norm1.normalized);
    check(cache.groups[2][1].body.norm2.normalized);
  });
}

TEST_CASE("the names of a wide ResNet's parameters are paths to them") {
  jem::rng g{1};
  auto options        = small;
  options.energy_head = true;
  const jem::wide_resnet<eigen_tensor, jem::leaky_relu, jem::normalize<eigen_tensor>> net(options, g);
  std::vector<std::string> names;
  jem::for_each_named_tensor([&](const std::string& name, const auto&) { names.push_back(name); }, net);
  for (const char* name : {"stem.weight", "groups.0.0.shortcut.bias", "groups.2.1.conv2.weight", "groups.1.0.norm2.variance", "norm.mean",
                           "head.classes.weight", "head.energy.bias"}) {
    CAPTURE(name);
    CHECK(std::ranges::count(names, name) == 1);
  }
}

TEST_CASE("a depth has to be 6n + 4") {
  jem::rng g{1};
  const auto make = [&](const jem::wide_resnet_options& o) { return jem::wide_resnet<eigen_tensor>(o, g); };
  for (const jem::index_t depth : {4, 5, 9, 11, 27, 0, -2}) {
    CAPTURE(depth);
    CHECK_THROWS_WITH_AS(make({.depth = depth}),
                         ("[wide_resnet_options] expected depth = 6n + 4 with n >= 1 but received " + std::to_string(depth)).c_str(),
                         std::invalid_argument);
  }
  CHECK_THROWS_AS(make({.depth = 10, .width = 0}), std::invalid_argument);
  CHECK_THROWS_AS(make({.depth = 10, .width = 1, .channels = 0}), std::invalid_argument);
  CHECK_THROWS_AS(make({.depth = 10, .width = 1, .classes = 0}), std::invalid_argument);
  CHECK_THROWS_AS(make({.depth = 10, .width = 1, .stem = 0}), std::invalid_argument);
}

TEST_CASE("a Wide ResNet draws all its weights with the given initialiser") {
  jem::rng g{3}, same{3};
  jem::wide_resnet_options options = small;
  options.energy_head              = true;
  jem::wide_resnet<eigen_tensor> net(options, g, {}, jem::he_normal{.gain = 1}), twice(options, same, {}, jem::he_normal{.gain = 2});
  jem::index_t weights = 0, biases = 0;
  jem::for_each_parameter(
      [&](const auto& once, const auto& doubled) {
        CHECK(test::same_bits((2 * once).to_vector(), doubled.to_vector()));
        const auto values = once.to_vector();
        const bool zero   = std::ranges::all_of(values, [](float v) { return v == 0; });
        CHECK(zero == (once.extents().rank() == 1));  // biases are zero, and no weights are
        ++(zero ? biases : weights);
      },
      net, twice);
  CHECK(weights == biases);
  CHECK(weights == 1 + 6 * 2 + 3 + 2);  // stem, six blocks of two convolutions, three shortcuts, logits and energy
}

TEST_CASE("groups of too many channels are refused before anything is drawn") {
  jem::rng g{1};
  CHECK_THROWS_WITH_AS((jem::wide_resnet<eigen_tensor>({.depth = 10, .width = 1'000'000}, g)),
                       "[wide_resnet] expected stem * width <= 262144 but received 16000000", std::invalid_argument);
  CHECK(g == jem::rng{1});
}
