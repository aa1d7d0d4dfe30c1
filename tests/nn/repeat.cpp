// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/repeat.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

using eigen_tensor = jem::tensor<float, jem::eigen>;

namespace {

struct no_layer {
  template <class X>
  struct cache {};
  static auto parameters(auto&) { return std::tuple<>{}; }
};

}  // namespace

TEST_CASE("a repeat is a sequential network of its layers") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const auto net = jem::make_repeat(3, [&](jem::index_t) { return jem::make_linear<T>(4, 4, g); });
    const jem::sequential same(net.layers[0], net.layers[1], net.layers[2]);
    const T x = test::random_tensor<T>({5, 4}, 2), slope = test::random_tensor<T>({5, 4}, 3);
    typename jem::repeat<jem::linear<T>>::template cache<T> a;
    typename decltype(same)::template cache<T> b;
    CHECK(test::same_bits(net.forward(x, a).to_vector(), same.forward(x, b).to_vector()));
    auto gradient = jem::zeros_like(net);
    auto expected = jem::zeros_like(same);
    CHECK(test::same_bits(net.backward(slope, a, &gradient).to_vector(), same.backward(slope, b, &expected).to_vector()));
    CHECK(test::same_bits(test::parameter_values(gradient), test::parameter_values(expected)));
  });
}

TEST_CASE("make_repeat makes layers in their order, and they may differ in shape") {
  jem::rng g{1};
  const std::vector<jem::index_t> widths{2, 5, 3};
  const auto net = jem::make_repeat(2, [&](jem::index_t i) {
    return jem::make_linear<eigen_tensor>(widths[static_cast<std::size_t>(i)], widths[static_cast<std::size_t>(i) + 1], g);
  });
  jem::repeat<jem::linear<eigen_tensor>>::cache<eigen_tensor> cache;
  CHECK(net.forward(jem::zeros<eigen_tensor>({7, 2}), cache).extents() == jem::shape{7, 3});
}

TEST_CASE("a repeat of no layers is the identity, and a negative number of layers is refused") {
  const jem::repeat<jem::linear<eigen_tensor>> none;
  jem::repeat<jem::linear<eigen_tensor>>::cache<eigen_tensor> cache;
  const auto x = test::random_tensor<eigen_tensor>({2, 3}, 1);
  CHECK(none.forward(x, cache).to_vector() == x.to_vector());
  CHECK(none.backward(x, cache, nullptr).to_vector() == x.to_vector());
  CHECK(jem::parameter_count(none) == 0);
  CHECK_THROWS_WITH_AS(jem::make_repeat(-1, [](jem::index_t) { return jem::swish{}; }),
                       "[make_repeat] expected layers >= 0 but received -1", std::invalid_argument);
}

TEST_CASE("a repeat adds only the numbers of its layers to the names of parameters") {
  jem::rng g{1};
  const auto inner = [&](jem::index_t) {
    return jem::make_repeat(2, [&](jem::index_t) { return jem::make_linear<eigen_tensor>(1, 1, g); });
  };
  const auto net = jem::make_repeat(2, inner);
  std::vector<std::string> names;
  jem::for_each_named_parameter([&](const std::string& name, const auto&) { names.push_back(name); }, net);
  CHECK(names ==
        std::vector<std::string>{"0.0.weight", "0.0.bias", "0.1.weight", "0.1.bias", "1.0.weight", "1.0.bias", "1.1.weight", "1.1.bias"});
}

TEST_CASE("a repeat has the tensor type of its layers, and is a layer if they are") {
  static_assert(std::is_same_v<jem::tensor_type_of<jem::repeat<jem::repeat<jem::linear<eigen_tensor>>>>, eigen_tensor>);
  static_assert(jem::layer<jem::repeat<jem::swish>, eigen_tensor>);
  static_assert(!jem::layer<jem::repeat<no_layer>, eigen_tensor>);
  CHECK(true);
}
