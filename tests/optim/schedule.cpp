// SPDX-License-Identifier: MIT
// The golden rates are of PyTorch 2.15, in double precision:
//
//     import torch
//     from torch.optim.lr_scheduler import MultiStepLR, CosineAnnealingLR
//     for name, make in [("steps", lambda o: MultiStepLR(o, [3, 5, 6], gamma=0.3)),
//                        ("cosine", lambda o: CosineAnnealingLR(o, 8, eta_min=0.02))]:
//         o = torch.optim.SGD([torch.zeros(1)], lr=0.5)
//         s, rates = make(o), []
//         for k in range(9):
//             rates.append(o.param_groups[0]["lr"])
//             o.step(), s.step()
//         print(name, ", ".join("%.9f" % r for r in rates))
#include "../support/numbers.hpp"

#include <jem/optim/schedule.hpp>
#include <jem/sampling/schedule.hpp>

#include <doctest/doctest.h>

namespace {

template <jem::schedule S>
std::vector<float> first_rates(const S& rate, jem::index_t n) {
  std::vector<float> rates;
  for (jem::index_t k = 0; k < n; ++k) rates.push_back(rate(k));
  return rates;
}

template <class Rate>
concept can_warm_up = requires { typename jem::linear_warm_up<Rate>; };

static_assert(jem::schedule<jem::linear_warm_up<>> && jem::schedule<jem::step_decay> && jem::schedule<jem::cosine_decay>);
static_assert(jem::schedule<jem::linear_warm_up<jem::step_decay>> &&
              jem::schedule<jem::linear_warm_up<jem::linear_warm_up<jem::constant>>>);
static_assert(can_warm_up<float> && can_warm_up<jem::cosine_decay> && !can_warm_up<const char*> && !can_warm_up<jem::shape>);

}  // namespace

TEST_CASE("a warm-up rises in equal steps, reaches its rate at its last update and stays there") {
  const jem::linear_warm_up rate{.rate = 0.5f, .updates = 4};
  CHECK(first_rates(rate, 6) == std::vector{0.125f, 0.25f, 0.375f, 0.5f, 0.5f, 0.5f});
  CHECK(rate(1'000'000) == 0.5f);
}

TEST_CASE("a warm-up of no updates has its rate from the start") {
  static_assert(jem::linear_warm_up{.rate = 0.5f, .updates = 0}(0) == 0.5f);
  CHECK(jem::linear_warm_up{.rate = 0.1f}(0) == 0.1f);
  CHECK(jem::linear_warm_up{.rate = 0.1f, .updates = 1}(0) == 0.1f);
  CHECK(jem::linear_warm_up{.rate = 1}(0) == 1.0f);  // a rate may be an int
}

TEST_CASE("a warm-up of a schedule multiplies it by the rise, and calls it with the number of the update") {
  const jem::step_decay steps{.rate = 0.5f, .factor = 0.5f, .at = {2, 5}};
  CHECK(first_rates(jem::linear_warm_up{.rate = steps, .updates = 4}, 7) ==
        std::vector{0.125f, 0.25f, 0.75f * 0.25f, 0.25f, 0.25f, 0.125f, 0.125f});
  CHECK(first_rates(jem::linear_warm_up{.rate = steps}, 7) == first_rates(steps, 7));
  const jem::cosine_decay cosine{.rate = 0.5f, .updates = 8};
  CHECK(jem::linear_warm_up{.rate = cosine, .updates = 2}(0) == 0.25f);
  CHECK(jem::linear_warm_up{.rate = cosine, .updates = 2}(5) == cosine(5));
  CHECK(jem::linear_warm_up{.rate = [](jem::index_t k) { return static_cast<float>(k); }, .updates = 10}(5) == 3.0f);
}

TEST_CASE("step decay makes the rates of PyTorch's MultiStepLR, its milestones in any order") {
  const std::vector<double> golden{0.5, 0.5, 0.5, 0.15, 0.15, 0.045, 0.0135, 0.0135, 0.0135};
  CHECK(test::largest_difference(first_rates(jem::step_decay{.rate = 0.5f, .at = {3, 5, 6}}, 9), golden) < 1e-7);
  CHECK(test::largest_difference(first_rates(jem::step_decay{.rate = 0.5f, .at = {6, 3, 5}}, 9), golden) < 1e-7);
  CHECK(first_rates(jem::step_decay{.rate = 0.5f}, 2) == std::vector{0.5f, 0.5f});
  CHECK(jem::step_decay{.rate = 0.5f, .factor = 0.25f, .at = {0}}(0) == 0.125f);
}

TEST_CASE("cosine decay makes the rates of PyTorch's CosineAnnealingLR, and stays at the last one") {
  const std::vector<double> golden{0.500000000, 0.481731088, 0.429705627, 0.351844024, 0.260000000,
                                   0.168155976, 0.090294373, 0.038268912, 0.020000000};
  const jem::cosine_decay rate{.rate = 0.5f, .updates = 8, .last = 0.02f};
  CHECK(test::largest_difference(first_rates(rate, 9), golden) < 1e-7);
  CHECK(rate(9) == 0.02f);
  CHECK(rate(1'000'000) == 0.02f);
  CHECK(jem::cosine_decay{.rate = 0.5f, .updates = 1}(1) == 0);
}

TEST_CASE("cosine decay needs at least one update") {
  CHECK_THROWS_WITH_AS((jem::cosine_decay{.rate = 0.5f, .updates = 0}(0)), "[cosine_decay] expected updates >= 1 but received 0",
                       std::invalid_argument);
}
