// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences, for the networks that use forward_fused.
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/nn/fused.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <vector>

using floats = jem::tensor<float, jem::eigen>;
using conv   = jem::conv2d<floats>;

static_assert(jem::takes_activation<conv, jem::leaky_relu, floats> && jem::takes_activation<conv, jem::relu, floats>);
static_assert(jem::takes_activation<jem::still_layer<conv, floats>, jem::leaky_relu, floats>);
static_assert(!jem::takes_activation<conv, jem::swish, floats> && !jem::takes_activation<jem::linear<floats>, jem::relu, floats>);
static_assert(!jem::takes_activation<conv, conv, floats>);

namespace {

/// Compares an activation and the layer after it, fused, with both in separate passes, also with addends.
template <class A, class L, class T>
void check_as_one(const A& a, const L& f, const T& x) {
  jem::fused_cache<A, L, T> c;
  typename A::template cache<T> ca;
  typename L::template cache<T> cf;
  const T plain = f.forward(a.forward(x, ca), cf), z = test::random_tensor<T>(plain.extents(), 3),
          dy = test::random_tensor<T>(plain.extents(), 4), dz = test::random_tensor<T>(x.extents(), 5);
  const auto close = [](const T& one, const T& other) { CHECK(test::largest_difference(one.to_vector(), other.to_vector()) < 1e-5); };
  close(forward_fused(a, f, x, c), plain);
  close(forward_fused(a, f, x, c, &z), plain + z);
  L mine = jem::zeros_like(f), theirs = mine;
  const T dx = a.backward(f.backward(dy, cf, &theirs), ca, static_cast<A*>(nullptr));
  close(backward_fused(a, f, dy, c, &mine, &dz), dx + dz);
  close(backward_fused(a, f, dy, c, static_cast<L*>(nullptr)), dx);
  jem::for_each_parameter_of([&](const auto& one, const auto& other) { close(one, other); }, mine, theirs);
}

}  // namespace

TEST_CASE("an activation fused with the layer after it gives the results of both in turn") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const T x = test::random_tensor<T>({2, 6, 5, 9}, 2);
    check_as_one(jem::leaky_relu{}, jem::make_conv2d<T>({9, 12}, g), x);
    check_as_one(jem::relu{}, jem::make_conv2d<T>({9, 3, 4, 2, 1}, g), x);
    check_as_one(jem::swish{}, jem::make_conv2d<T>({9, 12}, g), x);
    check_as_one(jem::leaky_relu{{.slope = 0.5f}}, jem::make_linear<T>(9, 4, g), test::random_tensor<T>({3, 9}, 6));
  });
}

TEST_CASE("an activation and a layer that are fused keep only x") {
  jem::rng g{1};
  const auto layer = jem::make_conv2d<floats>({.in = 8, .out = 8}, g);
  const floats x   = test::random_tensor<floats>({1, 4, 4, 8}, 2);
  jem::fused_cache<jem::leaky_relu, conv, floats> c;
  (void)forward_fused(jem::leaky_relu{}, layer, x, c);
  CHECK(c.activation.kept.size() == 0);
  CHECK(c.layer.input.to_vector() == x.to_vector());
}

TEST_CASE("a chain fuses fusable activations with the convolutions after them, and no other layers") {
  jem::rng g{1};
  const auto first = jem::make_conv2d<floats>({.in = 2, .out = 8}, g), second = jem::make_conv2d<floats>({.in = 8, .out = 3}, g);
  const jem::sequential chain(jem::leaky_relu{}, first, jem::swish{}, second, jem::relu{});
  decltype(chain)::cache<floats> c;
  const floats y = chain.forward(test::random_tensor<floats>({2, 5, 4, 2}, 2), c);
  CHECK(std::get<0>(c).kept.size() == 0);
  CHECK(std::get<1>(c).input.size() == 2 * 5 * 4 * 2);
  CHECK(std::get<2>(c).kept.size() == 2 * 5 * 4 * 8);
  CHECK(std::get<4>(c).kept.size() == y.size());
}
