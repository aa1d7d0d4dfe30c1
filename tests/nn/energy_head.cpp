// SPDX-License-Identifier: MIT
// The conformance suite compares gradients with central differences.
#include "../support/backends.hpp"
#include "../support/gradients.hpp"

#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/energy_head.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using eigen_tensor = jem::tensor<float, jem::eigen>;

namespace {

template <class T>
T run(const jem::energy_head<T>& head, const T& x) {
  typename jem::energy_head<T>::template cache<T> cache;
  return head.forward(x, cache);
}

template <class T>
T run(const jem::linear<T>& layer, const T& x) {
  typename jem::linear<T>::template cache<T> cache;
  return layer.forward(x, cache);
}

}  // namespace

TEST_CASE("the log-sum-exp of an energy head's logits is h, and their softmax is the classifier's") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    jem::rng g{1};
    const auto head = jem::make_energy_head<T>(4, 3, g);
    const T x = 10.0 * test::random_tensor<T>({6, 4}, 2), logits = run(head, x);
    CHECK(logits.extents() == shape{6, 3});
    CHECK(test::largest_difference(log_sum_exp(logits).to_vector(), run(*head.energy, x).to_vector()) < 1e-14);
    CHECK(test::largest_difference(softmax(logits).to_vector(), softmax(run(head.classes, x)).to_vector()) < 1e-14);
  });
}

TEST_CASE("E(x) is minus h, and E(x, y) is minus log p(y|x) minus h") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    jem::rng g{1};
    const auto head = jem::make_energy_head<T>(4, 3, g);
    const T x       = test::random_tensor<T>({2, 4}, 2);
    const auto h = run(*head.energy, x).to_vector(), p = softmax(run(head.classes, x)).to_vector();
    T slope(x.extents());
    CHECK(test::largest_difference(jem::marginal_energy{head}.value_and_grad(x, slope).to_vector(), std::vector{-h[0], -h[1]}) < 1e-14);
    const auto v = head.energy->weight.to_vector();
    std::vector<double> expected;
    for (int row = 0; row < 2; ++row) {
      for (const double each : v) expected.push_back(-each);
    }
    CHECK(test::largest_difference(slope.to_vector(), expected) < 1e-14);
    const jem::joint_energy joint{head, jem::labels<T>({2}, {2, 0})};
    CHECK(test::largest_difference(joint.value(x).to_vector(), std::vector{-std::log(p[2]) - h[0], -std::log(p[3]) - h[1]}) < 1e-14);
  });
}

TEST_CASE("logits of an energy head are finite for large logits and energies, and their log-sum-exp is still h") {
  test::on_every_tensor([]<class T>() {
    const jem::energy_head<T> head{{T({1, 2}, {500, -500}), T({2}, {0, 0})}, jem::linear<T>{T({1, 1}, {1000}), T({1}, {0})}};
    CHECK(run(head, T({1, 1}, {1})).to_vector() == std::vector<float>{1000, 0});
    CHECK(log_sum_exp(run(head, T({2, 1}, {1, -2}))).to_vector() == std::vector<float>{1000, -2000});
  });
}

TEST_CASE("a head without an energy has the values and gradients of its linear layer") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{1}, same{1};
    const jem::energy_head<T> head{jem::make_linear<T>(4, 3, g)};
    const T x = test::random_tensor<T>({5, 4}, 2), slope = test::random_tensor<T>({5, 3}, 3);
    typename jem::energy_head<T>::template cache<T> cache;
    typename jem::linear<T>::template cache<T> own;
    CHECK(test::same_bits(head.forward(x, cache).to_vector(), head.classes.forward(x, own).to_vector()));
    auto gradient = jem::zeros_like(head);
    auto expected = jem::zeros_like(head.classes);
    CHECK(test::same_bits(head.backward(slope, cache, &gradient).to_vector(), head.classes.backward(slope, own, &expected).to_vector()));
    CHECK(test::same_bits(test::parameter_values(gradient), test::parameter_values(expected)));
    CHECK(test::same_bits(jem::make_energy_head<T>(4, 3, same).classes.weight.to_vector(), head.classes.weight.to_vector()));
  });
}

TEST_CASE("an energy head accepts a batch of no rows, and refuses another number of features") {
  jem::rng g{1};
  const auto head = jem::make_energy_head<eigen_tensor>(4, 3, g);
  jem::energy_head<eigen_tensor>::cache<eigen_tensor> cache;
  CHECK(head.forward(eigen_tensor(shape{0, 4}), cache).extents() == shape{0, 3});
  CHECK(head.backward(eigen_tensor(shape{0, 3}), cache, nullptr).extents() == shape{0, 4});
  CHECK_THROWS_AS(head.forward(jem::zeros<eigen_tensor>({2, 5}), cache), std::invalid_argument);
  CHECK_THROWS_AS(jem::make_energy_head<eigen_tensor>(4, 0, g), std::invalid_argument);
}

TEST_CASE("the gradient of a head with an energy has one, and for_each_parameter refuses heads with and without an energy together") {
  jem::rng g{1};
  auto with          = jem::make_energy_head<eigen_tensor>(4, 3, g);
  const auto without = jem::energy_head<eigen_tensor>{jem::make_linear<eigen_tensor>(4, 3, g)};
  CHECK(jem::parameter_count(jem::zeros_like(with)) == 4 * 3 + 3 + 4 + 1);
  CHECK(jem::parameter_count(without) == 4 * 3 + 3);
  CHECK_THROWS_WITH_AS(jem::for_each_parameter([](auto&, const auto&) {}, with, without),
                       "[parameters] expected the same layers but received a layer that one model lacks", std::invalid_argument);
}
