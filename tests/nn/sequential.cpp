// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/pool.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <tuple>
#include <type_traits>

TEST_CASE("a sequential network equals its layers, one after the other") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const auto first = jem::make_linear<T>(4, 5, g), second = jem::make_linear<T>(5, 3, g);
    const jem::sequential net(first, jem::tanh{}, second);
    const T x = test::random_tensor<T>({6, 4}, 1), slope = test::random_tensor<T>({6, 3}, 2);
    typename decltype(net)::template cache<T> cache;
    const T y = net.forward(x, cache);
    typename jem::linear<T>::template cache<T> c1, c2;
    jem::tanh::cache<T> ct;
    CHECK(test::same_bits(y.to_vector(), second.forward(jem::tanh{}.forward(first.forward(x, c1), ct), c2).to_vector()));

    auto gradient = jem::zeros_like(net);
    auto own      = jem::zeros_like(first);
    const T dx    = net.backward(slope, cache, &gradient);
    CHECK(test::same_bits(dx.to_vector(),
                          first.backward(jem::tanh{}.backward(second.backward(slope, c2, nullptr), ct, nullptr), c1, &own).to_vector()));
    CHECK(test::same_bits(std::get<0>(gradient.layers).weight.to_vector(), own.weight.to_vector()));
  });
}

TEST_CASE("a sequential network has the tensor type of its layers, and copies are deep") {
  using T = jem::tensor<float, jem::reference>;
  jem::rng g{1};
  jem::sequential net(jem::flatten{}, jem::swish{}, jem::make_linear<T>(4, 2, g));
  static_assert(std::is_same_v<jem::tensor_type_of<decltype(net)>, T>);
  const auto copy   = net;
  const auto before = test::parameter_values(copy);
  jem::for_each_parameter_of([](auto& t) { fill(t, 0); }, net);
  CHECK(test::parameter_values(copy) == before);
}

TEST_CASE("a sequential network of sequential networks is a layer") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    jem::rng g{2};
    const jem::sequential inner(jem::make_linear<T>(4, 3, g), jem::swish{});
    const jem::sequential outer(inner, jem::make_linear<T>(3, 2, g));
    CHECK(jem::parameter_count(outer) == 4 * 3 + 3 + 3 * 2 + 2);
    CHECK(test::check_layer_gradients(outer, test::random_tensor<T>({3, 4}, 3)) < 1e-6);
  });
}

TEST_CASE("a sequential network may have one layer, and refuses layers that do not fit") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{3};
  const jem::sequential one(jem::make_linear<T>(4, 2, g));
  decltype(one)::cache<T> cache;
  CHECK(one.forward(jem::zeros<T>({3, 4}), cache).extents() == jem::shape{3, 2});
  const jem::sequential wrong(jem::make_linear<T>(4, 2, g), jem::make_linear<T>(3, 2, g));
  decltype(wrong)::cache<T> other;
  CHECK_THROWS_AS(wrong.forward(jem::zeros<T>({3, 4}), other), std::invalid_argument);
}
