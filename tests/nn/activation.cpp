// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/nn/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

/// A layer's values at x, and its derivatives there.
template <class T, class L>
std::pair<std::vector<float>, std::vector<float>> run(const L& layer, const std::vector<float>& x) {
  typename L::template cache<T> cache;
  const jem::shape extents{std::ssize(x)};
  const T y = layer.forward(T(extents, x), cache);
  return {y.to_vector(), layer.backward(jem::full<T>(extents, 1), cache, nullptr).to_vector()};
}

const std::vector<float> points{-3, -0.5f, 0, 0.5f, 3};

template <class F>
std::vector<double> at_points(F f) {
  std::vector<double> values;
  for (const float x : points) values.push_back(f(static_cast<double>(x)));
  return values;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("relu and leaky_relu have the right values and slopes, also at 0") {
  test::on_every_tensor([]<class T>() {
    const auto [leaky, leaky_slope] = run<T>(jem::leaky_relu{}, points);
    CHECK(leaky == std::vector<float>{0.2f * -3, 0.2f * -0.5f, 0, 0.5f, 3});
    CHECK(leaky_slope == std::vector<float>{0.2f, 0.2f, 1, 1, 1});
    const auto [plain, plain_slope] = run<T>(jem::relu{}, points);
    CHECK(plain == std::vector<float>{0, 0, 0, 0.5f, 3});
    CHECK(plain_slope == std::vector<float>{0, 0, 0, 1, 1});
    CHECK(run<T>(jem::leaky_relu{{.slope = 0.5f}}, points).first[0] == -1.5f);
  });
}

TEST_CASE("smooth activations agree with their formulas") {
  test::on_every_tensor([]<class T>() {
    const auto [swish, swish_slope] = run<T>(jem::swish{}, points);
    CHECK(test::largest_difference(swish, at_points([](double x) { return x * sigmoid(x); })) < 1e-6);
    CHECK(test::largest_difference(swish_slope, at_points([](double x) { return sigmoid(x) * (1 + x * (1 - sigmoid(x))); })) < 1e-6);
    const auto [softplus, softplus_slope] = run<T>(jem::softplus{}, points);
    CHECK(test::largest_difference(softplus, at_points([](double x) { return std::log1p(std::exp(x)); })) < 1e-6);
    CHECK(test::largest_difference(softplus_slope, at_points(sigmoid)) < 1e-6);
    const auto [tanh, tanh_slope] = run<T>(jem::tanh{}, points);
    CHECK(test::largest_difference(tanh, at_points([](double x) { return std::tanh(x); })) < 1e-6);
    CHECK(test::largest_difference(tanh_slope, at_points([](double x) { return 1 / (std::cosh(x) * std::cosh(x)); })) < 1e-6);
  });
}

TEST_CASE("smooth activations and their slopes are finite for large numbers") {
  test::on_every_tensor([]<class T>() {
    const std::vector<float> far{-1e4f, -100, 100, 1e4f};
    for (const auto& [y, slope] : {run<T>(jem::swish{}, far), run<T>(jem::softplus{}, far), run<T>(jem::tanh{}, far)}) {
      for (const float each : y) CHECK(std::isfinite(each));
      for (const float each : slope) CHECK(std::isfinite(each));
      CHECK(slope[0] == 0);
    }
  });
}

TEST_CASE("activations are NaN for NaN") {
  test::on_every_tensor([]<class T>() {
    const std::vector<float> x{std::numeric_limits<float>::quiet_NaN()};
    CHECK(std::isnan(run<T>(jem::leaky_relu{}, x).first[0]));
    CHECK(std::isnan(run<T>(jem::relu{}, x).first[0]));
    CHECK(std::isnan(run<T>(jem::swish{}, x).first[0]));
    CHECK(std::isnan(run<T>(jem::softplus{}, x).first[0]));
    CHECK(std::isnan(run<T>(jem::tanh{}, x).first[0]));
  });
}

TEST_CASE("an activation keeps extents of any rank, and refuses a slope of other extents") {
  using T = jem::tensor<float, jem::eigen>;
  jem::swish::cache<T> cache;
  CHECK(jem::swish{}.forward(jem::zeros<T>({2, 3, 4, 5}), cache).extents() == jem::shape{2, 3, 4, 5});
  CHECK_THROWS_AS(jem::swish{}.backward(jem::zeros<T>({2, 3}), cache, nullptr), std::invalid_argument);
}

TEST_CASE("a function without a derivative is no activation") {
  struct square {
    float operator()(float x) const { return x * x; }
  };
  static_assert(jem::activation_function<jem::functions::swish, float> && jem::activation_function<jem::functions::swish, double>);
  static_assert(!jem::activation_function<square, float>);
  CHECK(true);
}
