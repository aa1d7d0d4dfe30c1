// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/backend/reference.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/energy_head.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/nn/sums.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using T = jem::tensor<float, jem::reference>;
using X = jem::tensor<jem::bfloat16, jem::reference>;

static_assert(jem::returns_sums<jem::linear<T>, X> && jem::returns_sums<jem::linear<T>, T> && jem::returns_sums<jem::energy_head<T>, X>);
static_assert(jem::returns_sums<jem::mlp<T>, X> && jem::returns_sums<jem::convnet<T>, X> && jem::returns_sums<jem::wide_resnet<T>, X>);
static_assert(jem::returns_sums<jem::still_layer<jem::linear<T>>, X>);
static_assert(jem::returns_sums<jem::sequential<jem::conv2d<T>, jem::flatten, jem::linear<T>>, X>);
static_assert(!jem::returns_sums<jem::conv2d<T>, X> && !jem::returns_sums<jem::linear<T>, jem::tensor<double, jem::reference>>);
static_assert(!jem::returns_sums<jem::still_layer<jem::conv2d<T>>, X>);

namespace {

/// Sums round to what forward returns, and a gradient that bfloat16 can store goes back as it does in backward.
template <class L>
void check_sums(const L& net, const X& x) {
  typename L::template cache<X> one, other;
  const T sums = jem::forward_sums(net, X(x), one);
  const X y    = net.forward(X(x), other);
  CHECK(test::same_bits(converted<float>(converted<jem::bfloat16>(sums)).to_vector(), converted<float>(y).to_vector()));
  CHECK_FALSE(test::same_bits(sums.to_vector(), converted<float>(y).to_vector()));
  const X dy   = jem::converted<jem::bfloat16>(test::random_tensor<T>(y.extents(), 5));
  L* const no  = nullptr;
  const X left = jem::backward_sums<X>(net, converted<float>(dy), one, no), right = net.backward(X(dy), other, no);
  CHECK(test::same_bits(converted<float>(left).to_vector(), converted<float>(right).to_vector()));
}

}  // namespace

TEST_CASE("a chain's sums are its last layer's, and round to its output") {
  jem::rng g{1};
  const X rows   = jem::converted<jem::bfloat16>(test::random_tensor<T>({3, 7}, 2));
  const X images = jem::converted<jem::bfloat16>(test::random_tensor<T>({3, 4, 4, 2}, 3));
  const jem::convnet<T> net({.height = 4, .width = 4, .channels = 2, .classes = 5, .widths = {3, 4}}, g);
  check_sums(jem::make_linear<T>(7, 4, g), rows);
  check_sums(jem::make_energy_head<T>(7, 4, g), rows);
  check_sums(jem::mlp<T>({7, 6, 5}, g), rows);
  check_sums(net, images);
  check_sums(jem::prepared_layer(net, images), images);
  check_sums(jem::sequential(jem::make_conv2d<T>({2, 3}, g), jem::swish{}, jem::flatten{}, jem::make_linear<T>(48, 4, g)), images);
}

TEST_CASE("a layer without sums of its own, or a chain that ends in one, has its output widened") {
  jem::rng g{1};
  const X images = jem::converted<jem::bfloat16>(test::random_tensor<T>({2, 4, 4, 2}, 3));
  const jem::sequential net(jem::make_conv2d<T>({2, 3}, g), jem::leaky_relu{}, jem::make_conv2d<T>({3, 2}, g));
  decltype(net)::cache<X> one, other;
  CHECK(test::same_bits(jem::forward_sums(net, X(images), one).to_vector(), converted<float>(net.forward(X(images), other)).to_vector()));
}

TEST_CASE("in float, sums are the output itself") {
  jem::rng g{1};
  const jem::mlp<T> net({7, 6, 5}, g), nothing;
  const T x = test::random_tensor<T>({3, 7}, 2);
  jem::mlp<T>::cache<T> one, other;
  CHECK(test::same_bits(net.forward_sums(x, one).to_vector(), net.forward(x, other).to_vector()));
  CHECK(test::same_bits(nothing.forward(x, one).to_vector(), x.to_vector()));
}
