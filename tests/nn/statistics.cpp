// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/repeat.hpp>
#include <jem/nn/residual.hpp>
#include <jem/nn/sequential.hpp>

#include <jem/tensor/columns.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <tuple>
#include <vector>

using tensor = jem::tensor<float, jem::eigen>;

namespace {

/// A layer that contains a normalisation, but has no function to update its statistics.
template <class Held>
struct forgetful {
  Held norm;
  template <class X>
  struct cache {
    jem::normalize<X>::template cache<X> norm;
  };
  static auto parameters(auto& self) { return std::tie(self.norm); }
  tensor forward(tensor x, cache<tensor>&) const { return x; }
  tensor backward(tensor dy, cache<tensor>&, forgetful*) const { return dy; }
};

}  // namespace

TEST_CASE("a layer that contains statistics, but cannot update them, is refused") {
  using jem::updates_statistics;
  static_assert(updates_statistics<jem::linear<tensor>, tensor> && updates_statistics<jem::normalize<tensor>, tensor>);
  static_assert(updates_statistics<jem::sequential<jem::linear<tensor>, jem::normalize<tensor>>, tensor>);
  static_assert(updates_statistics<jem::repeat<jem::normalize<tensor>>, tensor>);
  static_assert(updates_statistics<forgetful<jem::linear<tensor>>, tensor>);
  static_assert(!updates_statistics<forgetful<jem::normalize<tensor>>, tensor>);
  static_assert(!updates_statistics<forgetful<std::vector<jem::normalize<tensor>>>, tensor>);
  static_assert(!updates_statistics<forgetful<std::optional<jem::normalize<tensor>>>, tensor>);
  static_assert(!updates_statistics<jem::sequential<jem::swish, forgetful<jem::normalize<tensor>>>, tensor>);
  CHECK(true);
}

TEST_CASE("statistics are updated from the first layer on, with the outputs of the layers that are already updated") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    jem::sequential net(jem::normalize<T>(3), jem::make_linear<T>(3, 2, g),
                        jem::make_repeat(2, [](jem::index_t) { return jem::normalize<T>(2); }));
    const T x = 5.0f * test::random_tensor<T>({40, 3}, 2);
    const T y = jem::update_statistics(net, x, 1.0f);

    auto [first, between, last] = net.layers;
    typename jem::normalize<T>::template cache<T> unused;
    typename jem::linear<T>::template cache<T> c;
    auto fresh    = jem::normalize<T>(2);
    const T input = between.forward(first.forward(x, unused), c);
    fresh.update_statistics(input, 1.0f);
    CHECK(test::same_bits(last.layers[0].mean.to_vector(), fresh.mean.to_vector()));
    CHECK(test::same_bits(last.layers[0].variance.to_vector(), fresh.variance.to_vector()));
    typename decltype(net)::template cache<T> cache;
    CHECK(test::same_bits(y.to_vector(), net.forward(x, cache).to_vector()));
  });
}

TEST_CASE("update_statistics updates the statistics in residual blocks") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    auto block = jem::make_wide_block<T, jem::swish, jem::normalize<T>>({.in = 2, .out = 3, .stride = 2}, g);
    const T x  = test::random_tensor<T>({4, 6, 6, 2}, 2);
    const T y  = jem::update_statistics(block, x, 1.0f);
    typename decltype(block)::template cache<T> cache;
    CHECK(test::same_bits(y.to_vector(), block.forward(x, cache).to_vector()));
    CHECK(test::largest_difference(block.body.norm1.mean.to_vector(), (1.0f / 144 * column_sums(x)).to_vector()) < 1e-6);
    CHECK(block.body.norm2.mean.to_vector() != std::vector<float>(3, 0.0f));
  });
}

TEST_CASE("update_statistics of a network without statistics returns its output") {
  jem::rng g{1};
  auto net     = jem::make_linear<tensor>(3, 2, g);
  const auto x = test::random_tensor<tensor>({4, 3}, 1);
  jem::linear<tensor>::cache<tensor> cache;
  CHECK(jem::update_statistics(net, x, 0.5f).to_vector() == net.forward(x, cache).to_vector());
}

TEST_CASE("a momentum has to be in [0, 1]") {
  jem::normalize<tensor> layer(1);
  const auto x = test::random_tensor<tensor>({4, 1}, 1);
  CHECK_THROWS_WITH_AS(jem::update_statistics(layer, x, -0.5f), "[update_statistics] expected a momentum in [0, 1] but received -0.500000",
                       std::invalid_argument);
  CHECK_THROWS_AS(jem::update_statistics(layer, x, 1.5f), std::invalid_argument);
  CHECK_THROWS_AS(jem::update_statistics(layer, x, std::numeric_limits<float>::quiet_NaN()), std::invalid_argument);
  CHECK(layer.mean.to_vector() == std::vector<float>{0});
}
