// SPDX-License-Identifier: MIT
// Rounding to bfloat16, whose significand has 8 bits, has a relative error of at most u = 2⁻⁸. The error of each element of a layer's
// result has to be at most c·u times the sum of its terms' absolute values, where c is the number of roundings: 2, for example, if a weight
// and the output are rounded. Further errors (products of two errors, and roundings in float) are together below u/10. The sum of absolute
// values is the result of the same layer with the absolute values of its parameters and its input. The bound for networks is one of the
// norm, as in conformance/bfloat16.hpp: 2·√R·u/√3 for R roundings.
#include "../support/compiled_convolutions.hpp"
#include "../support/gradients.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/backend/reference.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/value_and_grad.hpp>

#include <jem/tensor/columns.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

using jem::bfloat16;
using floats  = jem::tensor<float, jem::eigen>;
using halves  = jem::tensor<bfloat16, jem::eigen>;
using doubles = jem::tensor<double, jem::eigen>;
using network = jem::computing_in<bfloat16, jem::convnet<floats>>;

static_assert(jem::layer<network, floats> && !jem::layer<network, halves> && !jem::layer<network, doubles>);
static_assert(!jem::layer<jem::computing_in<bfloat16, jem::convnet<doubles>>, doubles>, "bfloat16 is summed in float");
static_assert(jem::layer<jem::conv2d<floats>, halves> && !jem::layer<jem::conv2d<halves>, floats>);
static_assert(std::is_same_v<jem::tensor_type_of<network>, floats>);
static_assert(jem::differentiable_energy<jem::marginal_energy<network>, floats>);
static_assert(std::is_same_v<decltype(jem::adam{}.init(std::declval<network>()).first), network>, "moments are float, as parameters are");
static_assert(std::is_same_v<decltype(network::cache<floats>{}.net.first.input), halves>, "what is kept for backward is bfloat16");
static_assert(std::is_same_v<decltype(network::cache<floats>{}.net.head.input), halves>);

namespace {

constexpr double u = 0x1p-8;

struct outcome {
  std::vector<float> y, dx;
  std::vector<double> of_parameters;
};

/// The results of forward and backward of a layer on activations of type X, as floats.
template <class X, class L, class T>
outcome run(const L& net, const T& x, const T& dy) {
  using E = typename X::value_type;
  typename L::template cache<X> cache;
  L gradient = jem::zeros_like(net);
  const X y  = net.forward(jem::converted<E>(x), cache);
  const X dx = net.backward(jem::converted<E>(dy), cache, &gradient);
  return {jem::converted<float>(y).to_vector(), jem::converted<float>(dx).to_vector(), test::parameter_values(gradient)};
}

/// |x|; below, a layer with parameters |θ|.
template <class T>
T magnitudes(const T& x) {
  auto values = x.to_vector();
  for (float& each : values) each = std::abs(each);
  return T(x.extents(), values);
}
template <jem::parameterised L>
L with_magnitudes(L net) {
  jem::for_each_parameter_of([](auto& parameter) { parameter = magnitudes(parameter); }, net);
  return net;
}

template <class V>
void check_bound(const char* what, const std::vector<V>& a, const std::vector<V>& b, const std::vector<V>& terms, double roundings) {
  REQUIRE(a.size() == b.size());
  REQUIRE(a.size() == terms.size());
  INFO(what);
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])), size = std::abs(static_cast<double>(terms[i]));
    worst = std::max(worst, error == 0 ? 0 : error / size);
  }
  CHECK(worst <= (roundings + 0.1) * u);
}

/// The numbers of roundings in the output, in ∂L/∂x and in ∂L/∂θ.
struct roundings {
  double y, dx, of_parameters;
};

template <class T>
T storable(const jem::shape& extents, std::uint64_t seed) {
  return jem::converted<float>(jem::converted<bfloat16>(test::random_tensor<T>(extents, seed)));
}

/// Checks a layer that is linear in its input, with bounds relative to the sums of absolute values.
template <class T, class L>
void check_linear_layer(const char* name, const L& net, const T& x, roundings count) {
  INFO(name);
  typename L::template cache<T> cache;
  const T dy      = storable<T>(net.forward(T(x), cache).extents(), 5);
  const auto mine = run<typename T::template rebind<bfloat16>>(net, x, dy), right = run<T>(net, x, dy);
  const auto terms = run<T>(with_magnitudes(net), magnitudes(x), magnitudes(dy));
  check_bound("the output", mine.y, right.y, terms.y, count.y);
  check_bound("the input's gradient", mine.dx, right.dx, terms.dx, count.dx);
  check_bound("the parameters' gradient", mine.of_parameters, right.of_parameters, terms.of_parameters, count.of_parameters);
}

/// Checks a function of each element, with bounds relative to the result.
template <class T, class L>
void check_function(const char* name, const L& net, const T& x, roundings count) {
  INFO(name);
  const T dy      = storable<T>(x.extents(), 5);
  const auto mine = run<typename T::template rebind<bfloat16>>(net, x, dy), right = run<T>(net, x, dy);
  check_bound("the output", mine.y, right.y, right.y, count.y);
  check_bound("the input's gradient", mine.dx, right.dx, right.dx, count.dx);
}

double distance(const auto& a, const auto& b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(static_cast<double>(a.at(i)) - static_cast<double>(b[i]), 2), norm += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(difference / norm);
}

/// Checks the logits, ∂E/∂x and ∂L/∂θ of a network that computes in bfloat16.
template <class T, class L>
void check_network(const char* name, const L& net, const T& x, double bound) {
  INFO(name);
  const auto half = jem::compute_in<bfloat16>(net);
  typename L::template cache<T> cache;
  const T dy      = test::random_tensor<T>(net.forward(T(x), cache).extents(), 5);
  const auto mine = run<T>(half, x, dy), right = run<T>(net, x, dy);
  CHECK(distance(mine.y, right.y) < bound);
  CHECK(distance(mine.dx, right.dx) < bound);
  CHECK(distance(mine.of_parameters, right.of_parameters) < bound);
  CHECK(distance(mine.y, right.y) > 0);
}

}  // namespace

TEST_CASE("outputs and gradients of each layer in bfloat16 agree with those in float up to rounding") {
  const auto check = []<class T>(std::type_identity<T>) {
    jem::rng g{1};
    const T rows = storable<T>({5, 7}, 2), images = storable<T>({3, 6, 6, 4}, 3);
    check_linear_layer("linear", jem::make_linear<T>(7, 4, g), rows, {2, 2, 0});
    for (const jem::conv2d_options& o : {jem::conv2d_options{4, 5}, {4, 3, 4, 2, 1}, {4, 2, 1, 2, 0}})
      check_linear_layer("conv2d", jem::make_conv2d<T>(o, g), images, {2, 2, 0});
    check_linear_layer("average_pool", jem::average_pool{2}, images, {1, 1, 0});
    check_linear_layer("global_average_pool", jem::global_average_pool{}, images, {1, 1, 0});
    check_linear_layer("flatten", jem::flatten{}, images, {0, 0, 0});
    check_function("leaky_relu", jem::leaky_relu{}, images, {1, 1, 0});
    check_function("relu", jem::relu{}, images, {1, 1, 0});
    check_function("swish", jem::swish{}, images, {1, 2, 0});
    check_function("softplus", jem::softplus{}, images, {1, 2, 0});
    check_function("tanh", jem::tanh{}, images, {1, 2, 0});
    jem::normalize<T> frozen(4);
    frozen.weight = test::random_tensor<T>({4}, 6);
    frozen.bias   = test::random_tensor<T>({4}, 7);
    jem::update_statistics(frozen, images, 0.5f);
    check_function("normalize", frozen, images, {1, 1, 0});
  };
  check(std::type_identity<jem::tensor<float, jem::reference>>{});
  check(std::type_identity<floats>{});
}

TEST_CASE("logits and gradients of networks in bfloat16 agree with those in float up to rounding") {
  const auto bound = [](int count) { return 2 * std::sqrt(count / 3.0) * u; };
  using T          = floats;
  jem::rng g{1};
  const T rows = test::random_tensor<T>({20, 7}, 2), images = test::random_tensor<T>({6, 8, 8, 3}, 3);
  check_network("mlp", jem::mlp<T>({7, 30, 20, 4}, g), rows, bound(2 * 3 * 3));
  check_network("energy_head", jem::make_energy_head<T>(7, 4, g), rows, bound(2 * 3));
  check_network("convnet", jem::convnet<T>({.height = 8, .width = 8, .channels = 3, .classes = 4, .widths = {8, 12}}, g), images,
                bound(2 * 3 * 4));
  jem::wide_resnet<T, jem::swish, jem::normalize<T>> net({.depth = 10, .width = 1, .classes = 4, .energy_head = true, .stem = 8}, g);
  jem::update_statistics(net, images, 1.0f);
  check_network("wide_resnet with frozen normalisation", net, images, bound(2 * 4 * 8));
}

// The slope of a leaky ReLU jumps from 0.2 to 1. Errors of u, relative to the standard deviation of its input, change the sign of a share
// of at most u of the elements, and the gradient of such an element is wrong by 0.8 of itself. That is √u of the norm for a layer, and
// √(L·u) for L = 7 layers.
TEST_CASE("the energy's gradient of the paper's network, which has leaky ReLUs, agrees with that in float up to rounding") {
  jem::rng g{1};
  const jem::wide_resnet<floats> net({.depth = 10, .width = 1}, g);
  const auto half = jem::compute_in<bfloat16>(net);
  const auto x    = test::random_tensor<floats>({8, 16, 16, 3}, 2);
  floats mine, right;
  const auto energies = jem::marginal_energy{half}.value_and_grad(x, mine), expected = jem::marginal_energy{net}.value_and_grad(x, right);
  CHECK(distance(energies.to_vector(), expected.to_vector()) < 4 * u);
  CHECK(distance(mine.to_vector(), right.to_vector()) < std::sqrt(7 * u));
  CHECK(distance(mine.to_vector(), right.to_vector()) > 0);
}

TEST_CASE("logits, losses, gradients, moments and positions are float, and logits are not rounded") {
  jem::rng g{1};
  jem::mlp<floats> one({7, 4}, g);
  const auto net     = jem::compute_in<bfloat16>(one);
  using net_type     = std::remove_const_t<decltype(net)>;
  const floats x     = test::random_tensor<floats>({6, 7}, 2);
  const auto rounded = [](const floats& a) { return jem::converted<float>(jem::converted<bfloat16>(a)); };
  net_type::cache<floats> cache;
  const floats logits = net.forward(x, cache);
  floats exact        = matmul(rounded(x), rounded(one.layers[0].weight));
  add_per_column(exact, one.layers[0].bias);
  CHECK(test::same_bits(logits.to_vector(), exact.to_vector()));
  CHECK_FALSE(test::same_bits(logits.to_vector(), rounded(logits).to_vector()));

  const auto loss = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{};
  const jem::labels<floats> y({6}, {0, 1, 2, 3, 0, 1});
  const auto [value, gradient] = jem::value_and_grad(loss, net, {.x = x, .y = y, .samples = 0.5f * x});
  static_assert(std::is_same_v<decltype(value), const double> && std::is_same_v<decltype(gradient), const net_type>);
  const jem::adam adam{.learning_rate = jem::constant{1e-6f}};  // a step too small for bfloat16
  auto learned = net;
  auto moments = adam.init(learned);
  adam.step(moments, learned, gradient);
  const auto before = test::parameter_values(net), after = test::parameter_values(learned);
  int moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i) moved += before[i] != after[i] ? 1 : 0;
  CHECK(moved == static_cast<int>(before.size()));

  const jem::sgld kernel{.step_size = jem::constant{1e-4f}, .noise = jem::fixed_noise{1e-5f}};
  const floats end = jem::evolve(kernel, jem::marginal_energy{net}, x, 3, g);
  CHECK_FALSE(test::same_bits(end.to_vector(), rounded(end).to_vector()));
}

TEST_CASE("a network that computes in bfloat16 has the parameters and the names of the original network") {
  jem::rng g{1};
  const jem::convnet<floats> net({.height = 8, .width = 8, .widths = {4, 6}}, g);
  const auto half  = jem::compute_in<bfloat16>(net);
  const auto names = [](const auto& of) {
    std::vector<std::string> all;
    jem::for_each_named_tensor([&](const std::string& name, const auto&) { all.push_back(name); }, of);
    return all;
  };
  CHECK(names(half) == names(net));
  CHECK(test::parameter_values(half) == test::parameter_values(net));
  CHECK(jem::parameter_count(jem::prepared_layer(half, floats(jem::shape{1, 8, 8, 1}))) == 0);
}

TEST_CASE("a prepared network in bfloat16 has the same bits, and a sampler takes the same steps") {
  using T = jem::tensor<float, jem::reference>;
  jem::rng g{1}, a{3}, b{3};
  const auto net = jem::compute_in<bfloat16>(jem::convnet<T>({.height = 8, .width = 8, .classes = 3, .widths = {4, 6}}, g));
  const T x      = test::random_tensor<T>({4, 8, 8, 1}, 2);
  const jem::marginal_energy energy{net};
  const auto still = energy.prepared(x);
  T slope, again;
  CHECK(test::same_bits(energy.value_and_grad(x, slope).to_vector(), still.value_and_grad(x, again).to_vector()));
  CHECK(test::same_bits(slope.to_vector(), again.to_vector()));
  const jem::sgld kernel{.step_size = jem::constant{0.5f}, .noise = jem::fixed_noise{0.01f}};
  auto state = kernel.init(energy, x);
  jem::advance<T>(kernel, energy, state, 2, a);
  CHECK(test::same_bits(jem::evolve(kernel, energy, x, 2, b).to_vector(), state.position.to_vector()));
}

TEST_CASE("compute_in<float> changes no result, and update_statistics works inside compute_in") {
  jem::rng g{1};
  using T     = jem::tensor<float, jem::reference>;
  const T x   = test::random_tensor<T>({6, 4, 4, 3}, 2);
  auto normal = jem::make_wide_block<T, jem::leaky_relu, jem::normalize<T>>({.in = 3, .out = 3}, g);
  auto same   = jem::compute_in<float>(normal);
  auto half   = jem::compute_in<bfloat16>(normal);
  jem::update_statistics(normal, x, 0.5f), jem::update_statistics(same, x, 0.5f), jem::update_statistics(half, x, 0.5f);
  const T dy       = test::random_tensor<T>({6, 4, 4, 3}, 3);
  const auto right = run<T>(normal, x, dy), mine = run<T>(same, x, dy);
  CHECK(test::same_bits(mine.y, right.y));
  CHECK(test::same_bits(mine.dx, right.dx));
  const auto mean = normal.body.norm1.mean.to_vector(), other = half.net.body.norm1.mean.to_vector();
  CHECK(test::largest_difference(mean, other) < u);
  CHECK(test::largest_difference(mean, other) > 0);
}

TEST_CASE("a network that computes in bfloat16 refuses the same inputs as the original network") {
  jem::rng g{1};
  const auto net = jem::compute_in<bfloat16>(jem::make_conv2d<floats>({.in = 3, .out = 4}, g));
  decltype(net)::cache<floats> cache;
  CHECK_THROWS_AS(net.forward(floats(jem::shape{1, 8, 8, 2}), cache), std::invalid_argument);
  CHECK(net.forward(floats(jem::shape{0, 8, 8, 3}), cache).extents() == jem::shape{0, 8, 8, 4});
}
