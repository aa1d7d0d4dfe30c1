// SPDX-License-Identifier: MIT
#include "../support/optimiser_goldens.hpp"

#include <jem/optim/sgd.hpp>
#include <jem/sampling/schedule.hpp>

using namespace test;

TEST_CASE_TEMPLATE("sgd makes the updates of PyTorch, without momentum and with it", T, eigen_double, guarded_double, eigen_float) {
  const std::vector<double> plain{0.126866252,  0.251874951, -0.011780764, -0.734682839, -1.122858146,
                                  -0.472285308, 0.906820345, -0.757277077, -0.279398849};
  const std::vector<double> heavy{-0.767164103, -1.006937961, -1.038228901, -1.310472992, -1.424555742,
                                  -0.737829757, 0.900645338,  -0.759085644, -0.280742686};
  CHECK(largest_difference(five_updates<T>(jem::sgd{.learning_rate = jem::constant{0.1f}}), plain) < 1e-6);
  CHECK(largest_difference(five_updates<T>(jem::sgd{.learning_rate = jem::constant{0.1f}, .momentum = 0.9f}), heavy) < 1e-6);
}

TEST_CASE_TEMPLATE("sgd makes the updates of PyTorch with weight decay, and with Nesterov's momentum", T, eigen_double, guarded_double,
                   eigen_float) {
  const std::vector<double> decayed{-0.958477032, -1.178130099, -0.967355903, -0.981609534, -1.057904404,
                                    -0.600251164, 0.619685331,  -0.524375453, -0.194039865};
  const std::vector<double> ahead{-1.480652822, -1.573635713, -0.890878034, -0.769157846, -1.057543403,
                                  -0.690002250, 0.555040829,  -0.471303512, -0.174154791};
  const jem::constant rate{0.1f};
  CHECK(largest_difference(five_updates<T>(jem::sgd{.learning_rate = rate, .momentum = 0.9f, .weight_decay = 0.25f}), decayed) < 1e-6);
  CHECK(largest_difference(five_updates<T>(jem::sgd{.learning_rate = rate, .momentum = 0.9f, .weight_decay = 0.25f, .nesterov = true}),
                           ahead) < 1e-6);
}

TEST_CASE("with momentum 0, sgd is the same with Nesterov's momentum and without") {
  const auto run = [](bool nesterov) {
    return five_updates<reference_double>(jem::sgd{.learning_rate = jem::constant{0.1f}, .nesterov = nesterov});
  };
  CHECK(run(true) == run(false));
}

TEST_CASE("weight decay alone shrinks every parameter by the rate times the decay") {
  const jem::sgd optimiser{.learning_rate = jem::constant{0.5f}, .weight_decay = 0.25f};
  using T = reference_double;
  jem::linear<T> net{T({1, 2}, {8, -16}), T({2}, {0, 32})};
  auto state = optimiser.init(net);
  optimiser.step(state, net, jem::zeros_like(net));
  CHECK(numbers(net) == std::vector<double>{7, -14, 0, 28});
}

TEST_CASE("sgd without momentum subtracts rate times gradient") {
  const jem::sgd optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.5f}};
  using T = reference_double;
  jem::linear<T> net{T({1, 2}, {1, 2}), T({2}, {3, 4})};
  auto state = optimiser.init(net);
  optimiser.step(state, net, jem::linear<T>{T({1, 2}, {2, -2}), T({2}, {0, 1})});
  CHECK(numbers(net) == std::vector<double>{0, 3, 3, 3.5});
  CHECK(state.updates == 1);
}

TEST_CASE("with momentum the effect of one gradient is a geometric series") {
  const jem::sgd optimiser{.learning_rate = jem::constant{1.0f}, .momentum = 0.5f};
  using T = reference_double;
  jem::linear<T> net{T({1, 1}, {0}), T({1}, {0})};
  auto state = optimiser.init(net);
  optimiser.step(state, net, jem::linear<T>{T({1, 1}, {-1}), T({1}, {0})});
  for (int k = 0; k < 60; ++k) optimiser.step(state, net, jem::linear<T>{T({1, 1}, {0}), T({1}, {0})});
  CHECK(numbers(net)[0] == doctest::Approx(2));  // 1 + ½ + ¼ + …
}

TEST_CASE("the rate multiplies the velocity, so that a change of the rate takes effect at once") {
  const auto halving = [](jem::index_t k) { return k == 0 ? 1.0f : 0.5f; };
  const jem::sgd optimiser{.learning_rate = halving, .momentum = 1.0f};
  using T = reference_double;
  jem::linear<T> net{T({1, 1}, {0}), T({1}, {0})}, slope{T({1, 1}, {1}), T({1}, {0})};
  auto state = optimiser.init(net);
  for (int k = 0; k < 2; ++k) optimiser.step(state, net, slope);
  CHECK(numbers(net)[0] == -(1 + 0.5 * 2));
}
