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
#include <jem/nn/passes.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <tuple>

using T = jem::tensor<float, jem::reference>;
using X = jem::tensor<jem::bfloat16, jem::reference>;

/// Whether a layer can return its sums before they are rounded to In.
template <class L, class In>
constexpr bool returns_sums = jem::takes_around<L, In, jem::unchanged, jem::sums_of<In>>;

static_assert(returns_sums<jem::linear<T>, X> && returns_sums<jem::linear<T>, T> && returns_sums<jem::energy_head<T>, X>);
static_assert(returns_sums<jem::mlp<T>, X> && returns_sums<jem::convnet<T>, X> && returns_sums<jem::wide_resnet<T>, X>);
static_assert(returns_sums<jem::still_layer<jem::linear<T>, X>, X>);
static_assert(returns_sums<jem::sequential<jem::conv2d<T>, jem::flatten, jem::linear<T>>, X>);
static_assert(!returns_sums<jem::conv2d<T>, X> && !returns_sums<jem::linear<T>, jem::tensor<double, jem::reference>>);
static_assert(jem::takes_around<jem::conv2d<T>, X> && jem::takes_around<jem::conv2d<T>, X, jem::functions::relu>);
static_assert(!jem::takes_around<jem::linear<T>, T, jem::functions::relu> && !jem::takes_around<jem::flatten, T>);

namespace {

template <class L>
T forward_sums(const L& net, const X& x, typename L::template cache<X>& c) {
  return jem::forward_with(net, X(x), c, jem::around<X, jem::unchanged, T>{});
}

/// Checks that sums, rounded, equal the result of forward, and that a gradient of bfloat16 numbers gives the same result as in backward.
template <class L>
void check_sums(const L& net, const X& x) {
  typename L::template cache<X> one, other;
  const T sums = forward_sums(net, x, one);
  const X y    = net.forward(X(x), other);
  CHECK(test::same_bits(converted<float>(converted<jem::bfloat16>(sums)).to_vector(), converted<float>(y).to_vector()));
  CHECK_FALSE(test::same_bits(sums.to_vector(), converted<float>(y).to_vector()));
  const X dy   = jem::converted<jem::bfloat16>(test::random_tensor<T>(y.extents(), 5));
  L* const no  = nullptr;
  const X left = jem::backward_with(net, converted<float>(dy), one, no, jem::around<X>{}), right = net.backward(X(dy), other, no);
  CHECK(test::same_bits(converted<float>(left).to_vector(), converted<float>(right).to_vector()));
}

/// A user's layer x ↦ 2x with the members that every layer needs, and no others.
struct twice {
  template <jem::tensor_value Z>
  struct cache {};

  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value Z>
  Z forward(Z x, cache<Z>&) const {
    return 2 * x;
  }
  template <jem::tensor_value Z>
  Z backward(Z dy, cache<Z>&, twice*) const {
    return 2 * dy;
  }
};

/// Checks that addends given to a layer have the effect of additions after its passes.
template <class L>
void check_addends(const L& net, const T& x) {
  typename L::template cache<T> one, other;
  L* const no = nullptr;
  const T y = net.forward(T(x), one), z = test::random_tensor<T>(y.extents(), 6), dz = test::random_tensor<T>(x.extents(), 7);
  const T dx       = net.backward(T(z), one, no);
  const auto close = [](const T& a, const T& b) { CHECK(test::largest_difference(a.to_vector(), b.to_vector()) < 1e-5); };
  close(jem::forward_with(net, T(x), other, jem::around<T>{.addend = &z}), y + z);
  close(jem::backward_with(net, z, other, no, jem::around<T>{.addend = &dz}), dx + dz);
}

}  // namespace

TEST_CASE("forward_with and backward_with add their addends, for any layer") {
  jem::rng g{1};
  const T rows = test::random_tensor<T>({3, 7}, 2), images = test::random_tensor<T>({3, 4, 4, 2}, 3);
  check_addends(twice{}, rows);
  check_addends(jem::make_linear<T>(7, 4, g), rows);
  check_addends(jem::make_energy_head<T>(7, 4, g), rows);
  check_addends(jem::energy_head<T>{jem::make_linear<T>(7, 4, g)}, rows);
  check_addends(jem::mlp<T>({7, 6, 5}, g), rows);
  check_addends(jem::make_conv2d<T>({2, 3}, g), images);
  check_addends(jem::convnet<T>({.height = 4, .width = 4, .channels = 2, .classes = 5, .widths = {3, 4}}, g), images);
  check_addends(jem::wide_resnet<T>({.depth = 10, .width = 1, .channels = 2, .classes = 4, .stem = 2}, g), images);
  check_addends(jem::make_wide_block<T>({.in = 2, .out = 3}, g).body, images);
  check_addends(jem::make_wide_block<T, jem::swish, jem::normalize<T>>({.in = 2, .out = 3}, g).body, images);
  check_addends(jem::sequential(jem::relu{}, jem::make_conv2d<T>({2, 3}, g), jem::leaky_relu{}, jem::make_conv2d<T>({3, 2}, g)), images);
  check_addends(jem::sequential(jem::make_conv2d<T>({2, 3}, g), twice{}), images);
  check_addends(jem::sequential<>(), rows);
  const auto net = jem::make_conv2d<T>({2, 3}, g);
  check_addends(jem::prepared_layer(net, images), images);
}

TEST_CASE("an addend of other extents is refused") {
  const T x = test::random_tensor<T>({3, 7}, 2), z = test::random_tensor<T>({3, 6}, 3);
  twice::cache<T> c;
  CHECK_THROWS_WITH_AS(jem::forward_with(twice{}, T(x), c, jem::around<T>{.addend = &z}),
                       "[layer: an addend] expected (3, 7) but received (3, 6)", std::invalid_argument);
}

TEST_CASE("forward_sums of a chain returns its last layer's sums, which round to its output") {
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

TEST_CASE("forward_sums of a layer that cannot return sums gives its output in float") {
  jem::rng g{1};
  const X images = jem::converted<jem::bfloat16>(test::random_tensor<T>({2, 4, 4, 2}, 3));
  const jem::sequential net(jem::make_conv2d<T>({2, 3}, g), jem::leaky_relu{}, jem::make_conv2d<T>({3, 2}, g));
  decltype(net)::cache<X> one, other;
  CHECK(test::same_bits(forward_sums(net, images, one).to_vector(), converted<float>(net.forward(X(images), other)).to_vector()));
}

TEST_CASE("in float the sums are the output itself") {
  jem::rng g{1};
  const jem::mlp<T> net({7, 6, 5}, g), nothing;
  const T x = test::random_tensor<T>({3, 7}, 2);
  jem::mlp<T>::cache<T> one, other;
  const jem::around<T, jem::unchanged, jem::sums_of<T>> summed{};
  CHECK(test::same_bits(net.forward(x, one, summed).to_vector(), net.forward(x, other).to_vector()));
  CHECK(test::same_bits(nothing.forward(x, one).to_vector(), x.to_vector()));
}
