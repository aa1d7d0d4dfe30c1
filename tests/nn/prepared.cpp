// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/pool.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using floats = jem::tensor<float, jem::eigen>;

using still_conv   = jem::still_layer<jem::conv2d<floats>, floats>;
using still_linear = jem::still_layer<jem::linear<floats>, floats>;

static_assert(std::is_same_v<jem::prepared_t<jem::conv2d<floats>, floats>, still_conv> && jem::layer<still_conv, floats>);
static_assert(std::is_same_v<jem::prepared_t<jem::linear<floats>, floats>, still_linear> && jem::layer<still_linear, floats>);
static_assert(std::is_same_v<jem::prepared_t<jem::swish, floats>, jem::swish>);
static_assert(!jem::layer<still_linear, float> && !jem::layer<still_linear, jem::tensor<double, jem::eigen>>);

namespace {

template <class T>
struct outcome {
  T y, dx;
};

template <class L, class T>
outcome<T> forward_and_backward(const L& net, const T& x) {
  typename L::template cache<T> cache;
  T y  = net.forward(T(x), cache);
  T dx = net.backward(test::random_tensor<T>(y.extents(), 9), cache, static_cast<L*>(nullptr));
  return {std::move(y), std::move(dx)};
}

template <class L, class T>
void check_prepared(const L& net, const T& x) {
  const auto still = jem::prepared_layer(net, x);
  static_assert(jem::layer<std::remove_const_t<decltype(still)>, T>);
  const auto copy  = still;
  const auto right = forward_and_backward(net, x);
  CHECK(jem::parameter_count(still) == 0);
  for (int again = 0; again < 2; ++again) {
    const auto mine = forward_and_backward(copy, x);
    CHECK(test::same_bits(mine.y.to_vector(), right.y.to_vector()));
    CHECK(test::same_bits(mine.dx.to_vector(), right.dx.to_vector()));
  }
}

}  // namespace

TEST_CASE("a prepared convolution has the same bits, has no parameters and can be copied") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const T x = test::random_tensor<T>({3, 8, 7, 12}, 2);
    for (const jem::conv2d_options& o : {jem::conv2d_options{12, 20}, {12, 3}, {12, 40, 4, 2, 1}, {12, 9, 1, 2, 0}, {12, 9, 5, 1, 2}}) {
      CAPTURE(o.kernel);
      CAPTURE(o.out);
      check_prepared(jem::make_conv2d<T>(o, g), x);
    }
    check_prepared(jem::make_conv2d<T>({12, 9}, g), test::random_tensor<T>({2, 2, 2, 12}, 3));  // too small for Winograd's tiles
  });
}

TEST_CASE("weights that are too large are not prepared") {
  jem::rng g{1};
  const auto large = jem::make_conv2d<floats>({330, 340}, g);
  CHECK(jem::prepared_layer(large, test::random_tensor<floats>({1, 4, 4, 330}, 2)).weights.forward.size() == 0);
  check_prepared(large, test::random_tensor<floats>({1, 4, 4, 330}, 2));
}

TEST_CASE("chains and networks are prepared layer by layer") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1};
    const T x = test::random_tensor<T>({3, 8, 8, 3}, 2);
    check_prepared(jem::convnet<T>({.height = 8, .width = 8, .channels = 3, .classes = 4, .widths = {16, 24}}, g), x);
    check_prepared(jem::sequential(jem::make_conv2d<T>({3, 9}, g), jem::swish{}, jem::flatten{}, jem::make_linear<T>(8 * 8 * 9, 4, g)), x);
    check_prepared(jem::wide_resnet<T>({.depth = 16, .width = 1, .classes = 4, .energy_head = true, .stem = 8}, g), x);
  });
}

TEST_CASE("weights are laid out for the extents of each layer's input, and images of other extents give the same bits") {
  jem::rng g{1};
  const auto net =
      jem::sequential(jem::make_conv2d<floats>({.in = 8, .out = 16}, g), jem::leaky_relu{}, jem::average_pool{},
                      jem::make_conv2d<floats>({.in = 16, .out = 16, .stride = 2}, g), jem::make_conv2d<floats>({.in = 16, .out = 8}, g));
  const auto images = test::random_tensor<floats>({2, 32, 16, 8}, 2), others = test::random_tensor<floats>({2, 12, 20, 8}, 3);
  const auto still  = jem::prepared_layer(net, images);
  const auto height = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) { return std::get<I>(still.layers).weights.h; };
  CHECK(height(std::integral_constant<std::size_t, 0>{}) == 32);
  CHECK(height(std::integral_constant<std::size_t, 3>{}) == 16);
  CHECK(height(std::integral_constant<std::size_t, 4>{}) == 8);
  const auto mine = forward_and_backward(still, others), right = forward_and_backward(net, others);
  CHECK(test::same_bits(mine.y.to_vector(), right.y.to_vector()));
  CHECK(test::same_bits(mine.dx.to_vector(), right.dx.to_vector()));
}

namespace {

/// A user's layer with the members that every layer needs, and no others.
struct half_as_large {
  template <jem::tensor_value X>
  using cache = jem::average_pool::cache<X>;

  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value T>
  T forward(T x, cache<T>& c) const {
    return jem::average_pool{}.forward(x, c);
  }
  template <jem::tensor_value T>
  T backward(T dy, cache<T>& c, half_as_large*) const {
    return jem::average_pool{}.backward(dy, c, nullptr);
  }
};

/// A user's layer with a function `prepared`, which records the extents of its argument.
struct tells_extents : half_as_large {
  jem::shape* told = nullptr;

  template <jem::tensor_value T>
  half_as_large prepared(const T& x) const {
    *told = x.extents();
    return {};
  }
  template <jem::tensor_value T>
  T backward(T dy, cache<T>& c, tells_extents*) const {
    return half_as_large::backward(std::move(dy), c, nullptr);
  }
};

}  // namespace

TEST_CASE("after a user's layer, weights are laid out for the extents of its output, and the network is not row-wise") {
  jem::rng g{1};
  const auto x     = test::random_tensor<floats>({2, 16, 16, 8}, 2);
  const auto net   = jem::sequential(jem::make_conv2d<floats>({.in = 8, .out = 16}, g), half_as_large{},
                                     jem::make_conv2d<floats>({.in = 16, .out = 16}, g));
  const auto still = jem::prepared_layer(net, x);
  CHECK(std::get<2>(still.layers).weights.h == 8);
  CHECK(std::get<2>(still.layers).weights.forward.size() > 0);
  CHECK_FALSE(jem::row_wise<decltype(net)>);
  check_prepared(net, x);
}

TEST_CASE("weights are laid out for the right extents after a part that computes in another type") {
  jem::rng g{1};
  auto part        = jem::sequential(jem::make_conv2d<floats>({.in = 8, .out = 16, .stride = 2}, g), jem::average_pool{2});
  const auto net   = jem::sequential(jem::compute_in<jem::bfloat16>(std::move(part)), jem::make_conv2d<floats>({.in = 16, .out = 8}, g));
  const auto still = jem::prepared_layer(net, test::random_tensor<floats>({2, 32, 16, 8}, 2));
  CHECK(std::get<1>(still.layers).weights.h == 8);
  CHECK(std::get<1>(still.layers).weights.w == 4);
}

TEST_CASE("the function prepared of a user's layer is called with a tensor of the extents of its inputs") {
  jem::rng g{1};
  jem::shape told;
  tells_extents own;
  own.told       = &told;
  const auto net = jem::sequential(jem::make_conv2d<floats>({.in = 3, .out = 4, .stride = 2}, g), jem::average_pool{2}, own);
  (void)jem::prepared_layer(net, test::random_tensor<floats>({5, 16, 8, 3}, 2));
  CHECK(told == jem::shape{5, 4, 2, 4});
}

TEST_CASE("a sampler takes the same steps with a prepared network and without") {
  jem::rng g{1};
  const jem::convnet<floats> net({.height = 8, .width = 8, .channels = 1, .classes = 3, .widths = {16, 8}}, g);
  const auto x = test::random_tensor<floats>({4, 8, 8, 1}, 2);
  const jem::sgld kernel{.step_size = jem::constant{0.5f}, .noise = jem::fixed_noise{0.01f}};
  const auto check = [&](const auto& energy) {
    jem::rng a{3}, b{3};
    auto state = kernel.init(energy, x);
    jem::advance<floats>(kernel, energy, state, 5, a);
    CHECK(test::same_bits(jem::evolve(kernel, energy, x, 5, b).to_vector(), state.position.to_vector()));
  };
  check(jem::marginal_energy{net});
  check(jem::joint_energy{net, jem::labels<floats>({4}, {2, 0, 1, 1})});
}
