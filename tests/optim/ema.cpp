// SPDX-License-Identifier: MIT
// The golden numbers of "an average agrees with PyTorch" are of PyTorch 2.15, in double precision:
//
//     import math, torch
//     from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
//     torch.set_default_dtype(torch.float64)
//     wave = lambda n, a, p: torch.tensor([a * math.sin(p * (i + 1)) for i in range(n)])
//     layer = torch.nn.Linear(2, 3)
//     average = None
//     for k in range(1, 6):
//         with torch.no_grad():
//             layer.weight.copy_(wave(6, 1 / k, k).reshape(2, 3).T), layer.bias.copy_(wave(3, k, 1))
//         average = average or AveragedModel(layer, multi_avg_fn=get_ema_multi_avg_fn(0.75))
//         average.update_parameters(layer)
//     print(", ".join("%.9f" % v for v in torch.cat([average.module.weight.T.flatten(), average.module.bias]).tolist()))
#include "../support/optimiser_goldens.hpp"

#include <jem/optim/ema.hpp>

#include <limits>

using namespace test;

namespace {

/// A layer of one weight and one bias, both x.
jem::linear<reference_double> all(double x) { return {reference_double({1, 1}, {x}), reference_double({1}, {x})}; }

double only(const jem::ema_state<jem::linear<reference_double>>& average) {
  CHECK(numbers(average.net)[0] == numbers(average.net)[1]);
  return numbers(average.net)[0];
}

}  // namespace

TEST_CASE_TEMPLATE("an average agrees with PyTorch", T, eigen_double, guarded_double, eigen_float) {
  const std::vector<double> golden{0.237391580,  0.253875393, 0.056597041, -0.180283912, -0.265439283,
                                   -0.243757742, 2.481682006, 2.681717021, 0.416193774};
  const jem::ema ema{.decay = 0.75f, .rising_decay = false};
  auto average = ema.init(wave_layer<T>(1, 1, 1, 1));
  for (int k = 2; k <= 5; ++k) ema.step(average, wave_layer<T>(1.0 / k, k, k, 1));
  CHECK(largest_difference(numbers(average.net), golden) < 1e-6);
}

TEST_CASE("the average of constant parameters equals them") {
  const jem::ema ema{};
  const auto net = wave_layer<eigen_float>();
  auto average   = ema.init(net);
  CHECK(numbers(average.net) == numbers(net));
  for (int k = 0; k < 50; ++k) ema.step(average, net);
  CHECK(numbers(average.net) == numbers(net));
  CHECK(average.updates == 50);
}

TEST_CASE("a rising decay is (1 + t) / (10 + t) until this reaches the decay") {
  const jem::ema ema{.decay = 0.25f};
  auto average = ema.init(all(1));
  double keeps = 1;
  for (const double each : {1.0 / 10, 2.0 / 11, 3.0 / 12, 0.25, 0.25}) {
    ema.step(average, all(0));
    keeps *= each;
    CHECK(only(average) == doctest::Approx(keeps).epsilon(1e-6));
  }
}

TEST_CASE("the average with decay 0 is the current network") {
  for (const bool rising_decay : {false, true}) {
    const jem::ema ema{.decay = 0, .rising_decay = rising_decay};
    auto average = ema.init(all(5));
    ema.step(average, all(-3));
    CHECK(only(average) == -3);
  }
}

TEST_CASE("a decay has to be in [0, 1)") {
  for (const float decay : {1.0f, -0.1f, 1.5f, std::numeric_limits<float>::quiet_NaN()}) {
    CHECK_THROWS_WITH_AS(jem::ema{.decay = decay}.init(all(1)), doctest::Contains("[ema] expected decay in [0, 1) but received"),
                         std::invalid_argument);
  }
}
