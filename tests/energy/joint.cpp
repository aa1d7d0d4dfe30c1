// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/mlp.hpp>

using namespace test;

namespace {

using linear_net = jem::linear<reference_double>;
using label_list = jem::labels<reference_double>;
static_assert(std::is_constructible_v<jem::joint_energy<linear_net>, const linear_net&, label_list>);
static_assert(!std::is_constructible_v<jem::joint_energy<linear_net>, linear_net, label_list>, "it would dangle");
static_assert(jem::differentiable_energy<jem::joint_energy<linear_net>, reference_double>);

}  // namespace

TEST_CASE_TEMPLATE("the joint energy is minus the label's logit", T, eigen_double, guarded_double) {
  const jem::linear<T> net{T({2, 3}, {1, 2, 3, 4, 5, 6}), T({3}, {10, 20, 30})};
  const jem::joint_energy energy{net, jem::labels<T>({2}, {2, 0})};
  const T x({2, 2}, {1, 1, 2, 0});
  T gradient;
  CHECK(energy.value_and_grad(x, gradient).to_vector() == std::vector<double>{-39, -12});
  CHECK(gradient.to_vector() == std::vector<double>{-3, -6, -1, -4});  // minus the label's column
  CHECK(energy.value(x).to_vector() == std::vector<double>{-39, -12});
}

TEST_CASE_TEMPLATE("the joint energy of a network has the gradient of central differences", T, eigen_double, guarded_double) {
  jem::rng g{2};
  const jem::mlp<T> net({3, 8, 4}, g);
  CHECK(energy_gradient_error(jem::joint_energy{net, jem::labels<T>({5}, {0, 3, 1, 1, 2})}, waves<T>({5, 3}, 1.2, 1)) < 1e-8);
}

TEST_CASE("p(y|x) is the exponential of the marginal energy minus the joint energy") {
  using T = reference_double;
  jem::rng g{3};
  const jem::mlp<T> net({3, 8, 4}, g);
  const T x             = waves<T>({1, 3});
  const double marginal = jem::marginal_energy{net}.value(x).to_vector()[0];
  double total          = 0;
  for (std::int32_t y = 0; y < 4; ++y)
    total += std::exp(marginal - jem::joint_energy{net, jem::labels<T>({1}, {y})}.value(x).to_vector()[0]);
  CHECK(total == doctest::Approx(1));
}

TEST_CASE("the joint energy needs a label for each image") {
  using T = reference_double;
  const jem::linear<T> net{T({2, 3}, {1, 2, 3, 4, 5, 6}), T({3}, {10, 20, 30})};
  const jem::joint_energy energy{net, jem::labels<T>({2}, {2, 0})};
  T gradient;
  CHECK_THROWS_AS(energy.value(T({3, 2}, std::vector<double>(6))), std::invalid_argument);
  CHECK_THROWS_AS(energy.value_and_grad(T({1, 2}, {0, 0}), gradient), std::invalid_argument);
  CHECK(jem::joint_energy{net, jem::labels<T>()}.value(T(jem::shape{0, 2})).size() == 0);
}
