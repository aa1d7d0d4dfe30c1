// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/matching/gradient_pairs.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/train/value_and_grad.hpp>

using T = test::eigen_double;

TEST_CASE("the points of a pair are x + h·r and x - h·r, where h·r has the given root mean square") {
  const jem::gaussian<T> bowl(jem::zeros<T>({2}), jem::full<T>({2}, 1));  // ∂E/∂x = x
  const jem::gradient_targets<T> targets{T({2, 2}, {1, 2, 3, 4}), T({2, 2}, {1, 1, 1, 1})};
  const auto pairs = jem::pairs_of(bowl, targets, 0.1);  // r = (0, 1, 2, 3), with root mean square √3.5
  const double h   = 0.1 / std::sqrt(3.5);
  CHECK(pairs.by.residual == doctest::Approx(3.5));
  CHECK(pairs.by.slope == doctest::Approx(1 / (2 * h)));
  const std::vector<double> expected{1, 2 + h, 3 + 2 * h, 4 + 3 * h, 1, 2 - h, 3 - 2 * h, 4 - 3 * h};
  CHECK(test::largest_difference(pairs.x.to_vector(), expected) < 1e-12);
}

TEST_CASE("the points of a pair are equal if the gradient equals its target") {
  const jem::gaussian<T> bowl(jem::zeros<T>({2}), jem::full<T>({2}, 1));
  const T x({1, 2}, {1, 2});
  const auto pairs = jem::pairs_of(bowl, jem::gradient_targets<T>{x, x});
  CHECK(pairs.by.residual == 0);
  CHECK(pairs.x.to_vector() == std::vector<double>{1, 2, 1, 2});
}

TEST_CASE("a reach that is not above zero is refused") {
  const jem::gaussian<T> bowl(jem::zeros<T>({2}), jem::full<T>({2}, 1));
  const T x({1, 2}, {1, 2});
  CHECK_THROWS_AS(jem::pairs_of(bowl, jem::gradient_targets<T>{x, x}, 0), std::invalid_argument);
  CHECK_THROWS_AS(jem::pairs_of(bowl, jem::gradient_targets<T>{x, x}, NAN), std::invalid_argument);
}

namespace {

/// The gradient of gradient_matching with pairs of this reach, as one list.
template <class Net, class X = jem::tensor_type_of<Net>>
std::vector<double> parameter_gradient(const Net& net, double reach) {
  const auto x = test::waves<X>({16, 6}, 1.5, 0.4), t = test::waves<X>({16, 6}, 0.7, 2);
  const auto pairs = jem::pairs_of(jem::marginal_energy{net}, jem::gradient_targets<X>{x, t}, reach);
  const auto of    = jem::value_and_grad(jem::gradient_matching{}, net, {.pairs = pairs.x, .pairs_by = pairs.by});
  return jem::conformance::parameter_values(of.gradient);
}

double relative_error(const std::vector<double>& found, const std::vector<double>& right) {
  double error = 0, all = 0;
  for (std::size_t i = 0; i < right.size(); ++i) error += (found[i] - right[i]) * (found[i] - right[i]), all += right[i] * right[i];
  return std::sqrt(error / all);
}

}  // namespace

TEST_CASE("the gradients of gradient_matching in float and bfloat16 are near that in double") {
  jem::rng g{4}, again{4};
  const auto right = parameter_gradient(jem::mlp<T>({6, 32, 32, 5}, g), 1e-4);
  const jem::mlp<test::eigen_float> net({6, 32, 32, 5}, again);
  CHECK(relative_error(parameter_gradient(net, 0.1), right) < 0.01);  // the error of the difference is of order h²
  CHECK(relative_error(parameter_gradient(jem::compute_in<jem::bfloat16>(net), 0.2), right) < 0.25);
}
