// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/marginal.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>

using namespace test;

namespace {

using linear_net = jem::linear<reference_double>;
static_assert(std::is_constructible_v<jem::marginal_energy<linear_net>, const linear_net&>);
static_assert(!std::is_constructible_v<jem::marginal_energy<linear_net>, linear_net>, "it would dangle");
static_assert(!std::is_constructible_v<jem::marginal_energy<linear_net>, const linear_net>, "it would dangle");
static_assert(jem::differentiable_energy<jem::marginal_energy<linear_net>, reference_double>);
static_assert(!jem::energy<jem::marginal_energy<linear_net>, jem::tensor<float, jem::reference>>, "a network computes in its own type");

}  // namespace

TEST_CASE_TEMPLATE("the marginal energy is minus the log-sum-exp of the logits", T, eigen_double, guarded_double) {
  const jem::linear<T> net{T({1, 2}, {1, -1}), T({2}, {0, std::log(3)})};  // logits (x, ln 3 − x)
  const jem::marginal_energy energy{net};
  const T x({2, 1}, {0, 1});
  T gradient;
  const auto values = energy.value_and_grad(x, gradient).to_vector();
  CHECK(values[0] == doctest::Approx(-std::log(1 + 3)));
  CHECK(values[1] == doctest::Approx(-std::log(std::exp(1) + 3 * std::exp(-1))));
  CHECK(gradient.extents() == x.extents());
  CHECK(gradient.to_vector()[0] == doctest::Approx(-(0.25 * 1 + 0.75 * -1)));  // minus the mean of the logits' slopes under p(y|x)
  CHECK(largest_difference(energy.value(x).to_vector(), values) == 0);
}

TEST_CASE_TEMPLATE("the marginal energy of a network has the gradient of central differences", T, eigen_double, guarded_double) {
  jem::rng g{1};
  const jem::mlp<T> net({3, 8, 4}, g);
  CHECK(energy_gradient_error(jem::marginal_energy{net}, waves<T>({5, 3}, 1.2, 1)) < 1e-8);
  const jem::convnet<T> images({.height = 4, .width = 6, .channels = 2, .classes = 3, .widths = {3, 4}}, g);
  CHECK(energy_gradient_error(jem::marginal_energy{images}, waves<T>({2, 4, 6, 2}, 1, 1)) < 1e-8);
}

TEST_CASE("the prepared energy of a small network takes a few images at once, and that of other networks all") {
  using T = eigen_float;
  jem::rng g{2};
  const auto rows = [&](const auto& net, const jem::shape& images) {
    return jem::marginal_energy{net}.prepared(jem::zeros<T>(images)).rows_at_once();
  };
  const auto convnet = [&](jem::index_t size, jem::index_t widest) {
    return jem::convnet<T>({.height = size, .width = size, .widths = {4, widest}}, g);
  };
  CHECK(rows(convnet(8, 8), {64, 8, 8, 1}) == 16);
  CHECK(rows(convnet(28, 8), {64, 28, 28, 1}) == 8);
  CHECK(rows(jem::compute_in<jem::bfloat16>(convnet(28, 8)), {64, 28, 28, 1}) == 16);
  CHECK(rows(convnet(8, 512), {64, 8, 8, 1}) == 0);
  CHECK(rows(jem::mlp<T>({3, 8, 4}, g), {64, 3}) == 0);

  using still = decltype(std::declval<jem::marginal_energy<jem::convnet<T>>>().prepared(T()));
  CHECK(jem::row_wise<still>);
  CHECK_FALSE(jem::row_wise<jem::marginal_energy<jem::convnet<T>>>);
}

TEST_CASE("adding a number to all logits changes the marginal energy and not its gradient") {
  using T = reference_double;
  jem::linear<T> net{waves<T>({3, 4}), waves<T>({4})};
  const T x = waves<T>({5, 3}, 1, 2);
  T before, after;
  const auto low = jem::marginal_energy{net}.value_and_grad(x, before).to_vector();
  jem::add_scaled(net.bias, 1, jem::full<T>({4}, 700.0));  // exp(700) is near the end of double
  const auto high = jem::marginal_energy{net}.value_and_grad(x, after).to_vector();
  for (std::size_t i = 0; i < low.size(); ++i) CHECK(high[i] == doctest::Approx(low[i] - 700));
  CHECK(largest_difference(before.to_vector(), after.to_vector()) < 1e-12);
}

TEST_CASE("the marginal energy follows changes of its network, accepts a batch of no images, and refuses images of another size") {
  using T = reference_double;
  jem::linear<T> net{jem::zeros<T>({2, 3}), jem::zeros<T>({3})};
  const jem::marginal_energy energy{net};
  CHECK(energy.value(T({1, 2}, {5, 6})).to_vector()[0] == doctest::Approx(-std::log(3)));
  net.bias = T({3}, {1, 1, 1});
  CHECK(energy.value(T({1, 2}, {5, 6})).to_vector()[0] == doctest::Approx(-std::log(3) - 1));
  CHECK(energy.value(T(jem::shape{0, 2})).size() == 0);
  CHECK_THROWS_WITH_AS(energy.value(T({1, 4}, {1, 2, 3, 4})), "[matmul] expected (1, 4) x (4, k) but received (2, 3)",
                       std::invalid_argument);
}
