// SPDX-License-Identifier: MIT
#include "../support/optimiser_goldens.hpp"

#include <jem/optim/adamw.hpp>
#include <jem/sampling/schedule.hpp>

using namespace test;

TEST_CASE_TEMPLATE("adamw makes the updates of PyTorch", T, eigen_double, guarded_double, eigen_float) {
  const std::vector<double> golden{0.508161059,  0.571639871, -0.041386019, -0.769755140, -0.928855329,
                                   -0.318844287, 0.586021622, -0.754110514, -0.299446519};
  CHECK(largest_difference(five_updates<T>(jem::adamw{.learning_rate = jem::constant{0.05f}, .weight_decay = 0.5f}), golden) < 1e-6);
}

TEST_CASE("adamw without decay is adam, bit for bit") {
  const jem::constant rate{0.05f};
  CHECK(same_bits(five_updates<eigen_double>(jem::adamw{.learning_rate = rate, .weight_decay = 0}),
                  five_updates<eigen_double>(jem::adam{.learning_rate = rate})));
}

TEST_CASE("the decay is decoupled: a parameter shrinks by rate times decay whatever its gradient, and its moments do not see it") {
  using T = reference_double;
  const jem::adamw optimiser{.learning_rate = jem::constant{0.5f}, .weight_decay = 0.25f};
  jem::linear<T> net{T({1, 2}, {8, -16}), T({2}, {0, 32})};
  auto state = optimiser.init(net);
  optimiser.step(state, net, jem::zeros_like(net));
  CHECK(numbers(net) == std::vector<double>{7, -14, 0, 28});
  CHECK(jem::global_norm(state.first) == 0);
  CHECK(jem::global_norm(state.second) == 0);
}

TEST_CASE("the decay follows the schedule of the rate, which is asked once an update") {
  std::vector<jem::index_t> asked;
  const auto falling = [&asked](jem::index_t k) {
    asked.push_back(k);
    return k == 0 ? 0.5f : 0.0f;
  };
  using T = reference_double;
  const jem::adamw optimiser{.learning_rate = falling, .weight_decay = 0.25f};
  jem::linear<T> net{T({1, 1}, {8}), T({1}, {-8})};
  auto state = optimiser.init(net);
  for (int k = 0; k < 3; ++k) optimiser.step(state, net, jem::zeros_like(net));
  CHECK(numbers(net) == std::vector<double>{7, -7});
  CHECK(asked == std::vector<jem::index_t>{0, 1, 2});
  CHECK(state.updates == 3);
}
