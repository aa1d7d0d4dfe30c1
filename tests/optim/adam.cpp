// SPDX-License-Identifier: MIT
#include "../support/optimiser_goldens.hpp"

#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/schedule.hpp>

#include <limits>

using namespace test;

TEST_CASE_TEMPLATE("adam makes the updates of PyTorch", T, eigen_double, guarded_double, eigen_float) {
  const std::vector<double> golden{0.596239968,  0.667668719, -0.036073546, -0.869239948, -1.050289556,
                                   -0.357743270, 0.682096456, -0.852167666, -0.337573337};
  CHECK(largest_difference(five_updates<T>(jem::adam{.learning_rate = jem::constant{0.05f}}), golden) < 1e-6);
}

TEST_CASE("adam makes the updates of PyTorch with other betas, and adds a large epsilon to the corrected root") {
  const std::vector<double> golden{0.794962506,  0.866103779, 0.119261094,  -0.765102687, -0.969443838,
                                   -0.290964498, 0.906987309, -0.757496337, -0.279861756};
  const jem::adam optimiser{.learning_rate = jem::constant{0.01f}, .beta1 = 0.5f, .beta2 = 0.75f, .epsilon = 0.125f};
  CHECK(largest_difference(five_updates<eigen_double>(optimiser), golden) < 1e-6);
}

TEST_CASE("adam's first update is minus the rate times the sign of the gradient, for gradients of any size") {
  const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.1f, .updates = 0}};
  auto net   = wave_layer<reference_double>();
  auto state = optimiser.init(net);
  const auto gradient =
      jem::linear<reference_double>{reference_double({2, 3}, {1e-5, -1, 1e5, -3e-5, 7, -1e9}), reference_double({3}, {0, 1, -1})};
  const auto before = numbers(net);
  optimiser.step(state, net, gradient);
  const auto after = numbers(net), slope = numbers(gradient);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const double sign = slope[i] > 0 ? 1 : (slope[i] < 0 ? -1 : 0);
    CHECK(after[i] - before[i] == doctest::Approx(-0.1 * sign).epsilon(2e-3));
  }
  CHECK(state.updates == 1);
}

TEST_CASE("adam's updates do not depend on the size of the gradient, whose square may overflow or underflow in float") {
  const jem::adam optimiser{.learning_rate = jem::constant{0.1f}, .epsilon = std::numeric_limits<float>::denorm_min()};
  for (const float size : {1e-35f, 1e-25f, 1.0f, 1e20f, 1e37f}) {
    CAPTURE(size);
    auto net          = wave_layer<eigen_float>();
    auto state        = optimiser.init(net);
    const auto before = numbers(net);
    for (int k = 0; k < 3; ++k) {
      optimiser.step(state, net, jem::linear<eigen_float>{jem::full<eigen_float>({2, 3}, size), jem::full<eigen_float>({3}, -size)});
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      CHECK(numbers(net)[i] - before[i] == doctest::Approx(i < 6 ? -0.3 : 0.3).epsilon(1e-4));
    }
  }
}

TEST_CASE("adam calls its schedule with updates 0, 1, 2") {
  std::vector<jem::index_t> asked;
  const auto watch = [&asked](jem::index_t k) {
    asked.push_back(k);
    return 0.0f;
  };
  auto net          = wave_layer<reference_double>();
  const auto before = numbers(net);
  const jem::adam optimiser{.learning_rate = watch};
  auto state = optimiser.init(net);
  for (int k = 0; k < 3; ++k) optimiser.step(state, net, wave_layer<reference_double>());
  CHECK(asked == std::vector<jem::index_t>{0, 1, 2});
  CHECK(numbers(net) == before);  // the rate is zero
}

TEST_CASE("a run continues in the same way from a copy of adam's state") {
  const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.01f, .updates = 10}};
  auto net   = wave_layer<eigen_double>();
  auto state = optimiser.init(net);
  for (int k = 1; k <= 3; ++k) optimiser.step(state, net, wave_layer<eigen_double>(1, k, 1, k));
  auto copy       = net;
  auto copy_state = state;
  optimiser.step(state, net, wave_layer<eigen_double>(1, 9));
  optimiser.step(copy_state, copy, wave_layer<eigen_double>(1, 9));
  CHECK(numbers(net) == numbers(copy));
}

TEST_CASE("adam minimises a quadratic function of a network's parameters") {
  using T = jem::tensor<float, jem::eigen>;
  jem::rng g{1};
  jem::mlp<T> net({2, 3, 1}, g);
  const jem::adam optimiser{.learning_rate = jem::constant{0.02f}};
  auto state = optimiser.init(net);
  for (int k = 0; k < 500; ++k) optimiser.step(state, net, net);  // the gradient of ‖θ‖²/2 is θ
  CHECK(jem::global_norm(net) < 0.05);
}

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

TEST_CASE("adamw shrinks parameters by rate times decay, and the decay does not enter the moments") {
  using T = reference_double;
  const jem::adamw optimiser{.learning_rate = jem::constant{0.5f}, .weight_decay = 0.25f};
  jem::linear<T> net{T({1, 2}, {8, -16}), T({2}, {0, 32})};
  auto state = optimiser.init(net);
  optimiser.step(state, net, jem::zeros_like(net));
  CHECK(numbers(net) == std::vector<double>{7, -14, 0, 28});
  CHECK(jem::global_norm(state.first) == 0);
  CHECK(jem::global_norm(state.second) == 0);
}

TEST_CASE("the decay of adamw follows the schedule of the rate, which is called once for each update") {
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
