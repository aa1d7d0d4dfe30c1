// SPDX-License-Identifier: MIT
#include "../support/optimiser_goldens.hpp"

#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/optim/sharpness.hpp>
#include <jem/train/value_and_grad.hpp>

#include <limits>

using namespace test;

static_assert(jem::weight_perturbation<jem::no_sharpness, jem::mlp<eigen_float>>);
static_assert(jem::weight_perturbation<jem::sharpness, jem::mlp<eigen_float>>);
static_assert(jem::weight_perturbation<jem::adaptive_sharpness, jem::normalize<eigen_float>>);
static_assert(!jem::weight_perturbation<int, jem::mlp<eigen_float>> && !jem::weight_perturbation<jem::sharpness, eigen_float>);

namespace {

/// Two weights and two biases.
template <class T>
jem::linear<T> layer(const std::vector<double>& v) {
  using V = typename T::value_type;
  return {T({1, 2}, {static_cast<V>(v[0]), static_cast<V>(v[1])}), T({2}, {static_cast<V>(v[2]), static_cast<V>(v[3])})};
}

/// The perturbation of the formula, in double.
std::vector<double> by_hand(double radius, const std::vector<double>& at, const std::vector<double>& gradient, bool adaptive) {
  double squares = 0;
  for (std::size_t i = 0; i < at.size(); ++i) squares += std::pow((adaptive ? at[i] : 1) * gradient[i], 2);
  std::vector<double> e;
  for (std::size_t i = 0; i < at.size(); ++i) e.push_back(radius * (adaptive ? at[i] * at[i] : 1) * gradient[i] / std::sqrt(squares));
  return e;
}

}  // namespace

TEST_CASE_TEMPLATE("the perturbations are those of their formulas, with one norm over weights and biases", T, eigen_double,
                   guarded_double) {
  // |θ|·g = (2, 2, 0, 1) of norm 3, ‖g‖ = 7
  const std::vector<double> at{2, -0.5, 0, 0.25}, slope{1, 4, -4, 4};
  const auto plain = jem::sharpness{.radius = 3.5f}.perturbation(layer<T>(at), layer<T>(slope));
  CHECK(largest_difference(numbers(*plain), std::vector<double>{0.5, 2, -2, 2}) < 1e-15);
  const auto adaptive = jem::adaptive_sharpness{.radius = 3}.perturbation(layer<T>(at), layer<T>(slope));
  CHECK(largest_difference(numbers(*adaptive), std::vector<double>{4, 1, 0, 0.25}) < 1e-15);

  const auto net = wave_layer<T>(), gradient = wave_layer<T>(2, 0.3, 0.01, 0.7);
  const auto by = [&](const auto& rule, bool scaled) {
    return largest_difference(numbers(*rule.perturbation(net, gradient)), by_hand(rule.radius, numbers(net), numbers(gradient), scaled));
  };
  CHECK(by(jem::sharpness{}, false) < 1e-15);
  CHECK(by(jem::adaptive_sharpness{}, true) < 1e-15);
}

TEST_CASE_TEMPLATE("a network moved by a perturbation is another one: the first keeps its bits, and both their statistics", T, eigen_float,
                   guarded_double) {
  jem::normalize<T> net(2), e(2);
  net.weight = T({2}, {1, -3}), net.bias = T({2}, {0.5f, 0.25f}), net.mean = T({2}, {5, 6});
  e.weight = T({2}, {0.25f, 1}), e.bias = T({2}, {-0.5f, 0}), e.mean = T({2}, {9, 9});
  const auto there = jem::moved_by(net, e);
  using numbers    = std::vector<typename T::value_type>;
  CHECK(there.weight.to_vector() == numbers{1.25f, -2});
  CHECK(there.bias.to_vector() == numbers{0, 0.25f});
  CHECK(there.mean.to_vector() == numbers{5, 6});
  CHECK(net.weight.to_vector() == numbers{1, -3});
  CHECK(net.bias.to_vector() == numbers{0.5f, 0.25f});
}

TEST_CASE("there is no perturbation without sharpness, of radius zero, for a gradient of zero, and where all weights with one are zero") {
  using T       = eigen_double;
  const auto at = layer<T>({2, -0.5, 0, 0}), slope = layer<T>({1, 4, -4, 4}), zero = layer<T>({0, 0, 0, 0});
  const auto of_zeros = layer<T>({0, 0, 7, -7});
  CHECK_FALSE(jem::no_sharpness{}.perturbation(at, slope));
  CHECK_FALSE(jem::sharpness{.radius = 0}.perturbation(at, slope));
  CHECK_FALSE(jem::adaptive_sharpness{.radius = 0}.perturbation(at, slope));
  CHECK_FALSE(jem::sharpness{}.perturbation(at, zero));
  CHECK_FALSE(jem::adaptive_sharpness{}.perturbation(at, zero));
  CHECK_FALSE(jem::adaptive_sharpness{}.perturbation(at, of_zeros));
  CHECK(jem::sharpness{}.perturbation(at, of_zeros));
}

TEST_CASE("the perturbation is right for gradients and weights whose products leave the range of floats") {
  using T = eigen_float;
  const std::vector<double> unit{2, -0.5, 0, 0.25}, slope{1, 4, -4, 4}, adaptive{4, 1, 0, 0.25}, plain{0.5, 2, -2, 2};
  const auto times = [](std::vector<double> v, double by) {
    for (double& x : v) x *= by;
    return v;
  };
  for (const double of_weights : {1e-18, 1.0, 1e18}) {
    for (const double of_gradient : {1e-37, 1e-20, 1.0, 1e20, 8e37}) {
      CAPTURE(of_weights);
      CAPTURE(of_gradient);
      const auto at = layer<T>(times(unit, of_weights)), g = layer<T>(times(slope, of_gradient));
      CHECK(largest_difference(times(numbers(*jem::sharpness{.radius = 3.5f}.perturbation(at, g)), 1), plain) < 1e-6);
      CHECK(largest_difference(times(numbers(*jem::adaptive_sharpness{.radius = 3}.perturbation(at, g)), 1 / of_weights), adaptive) < 1e-6);
    }
  }
  using D      = reference_double;
  const auto g = layer<D>(times(slope, 1e300));
  CHECK(largest_difference(numbers(*jem::sharpness{.radius = 3.5f}.perturbation(layer<D>(unit), g)), plain) < 1e-14);
  CHECK(largest_difference(numbers(*jem::adaptive_sharpness{.radius = 3}.perturbation(layer<D>(unit), g)), adaptive) < 1e-14);
}

TEST_CASE("a perturbation hides no gradient that is not finite") {
  using T = eigen_float;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const auto at = layer<T>({2, -0.5, 1, 0.25}), slope = layer<T>({1, bad, -4, 4});
    CHECK_FALSE(std::isfinite(jem::global_norm(*jem::sharpness{}.perturbation(at, slope))));
    CHECK_FALSE(std::isfinite(jem::global_norm(*jem::adaptive_sharpness{}.perturbation(at, slope))));
  }
}

TEST_CASE_TEMPLATE("the adaptive form sees through layers of other sizes that make the same function, the plain form does not", T,
                   eigen_double, guarded_double) {
  using relu_net = jem::mlp<T, jem::relu>;
  jem::rng g{5};
  const relu_net net({3, 8, 8, 2}, g);
  relu_net other = net;  // max(a·x, 0) = a·max(x, 0)
  jem::scale(other.layers[0].weight, 8), jem::scale(other.layers[0].bias, 8), jem::scale(other.layers[1].weight, 1.0 / 8);
  const T x = waves<T>({6, 3});
  const jem::labels<T> y({6}, {0, 1, 1, 0, 1, 0});
  const auto logits_near = [&](const relu_net& at, const auto& rule) {
    const auto gradient = jem::value_and_grad(jem::cross_entropy{}, at, {.x = x, .y = y}).gradient;
    typename relu_net::template cache<T> cache;
    return jem::moved_by(at, *rule.perturbation(at, gradient)).forward(x, cache).to_vector();
  };
  const jem::adaptive_sharpness adaptive{.radius = 0.5f};
  const jem::sharpness plain{.radius = 0.5f};
  typename relu_net::template cache<T> cache;
  CHECK(largest_difference(net.forward(x, cache).to_vector(), logits_near(net, adaptive)) > 0.02);  // it does move
  CHECK(largest_difference(logits_near(net, adaptive), logits_near(other, adaptive)) < 1e-12);
  CHECK(largest_difference(logits_near(net, plain), logits_near(other, plain)) > 0.02);
}

TEST_CASE("to first order a perturbation raises the loss by the radius times the norm of the gradient") {
  using T = eigen_double;
  jem::rng g{5};
  const jem::mlp<T> net({3, 8, 2}, g);
  const jem::phases<T> images{.x = waves<T>({6, 3}), .y = jem::labels<T>({6}, {0, 1, 1, 0, 1, 0})};
  const auto [value, gradient] = jem::value_and_grad(jem::cross_entropy{}, net, images);
  const auto rise              = [&](const auto& rule) {
    return jem::value_and_grad(jem::cross_entropy{}, jem::moved_by(net, *rule.perturbation(net, gradient)), images).value - value;
  };
  const double near = 1e-4;
  CHECK(rise(jem::sharpness{.radius = near}) == doctest::Approx(near * jem::global_norm(gradient)).epsilon(1e-3));
  CHECK(rise(jem::adaptive_sharpness{.radius = near}) == doctest::Approx(near * jem::detail::scaled_norm(net, gradient)).epsilon(1e-3));
}
