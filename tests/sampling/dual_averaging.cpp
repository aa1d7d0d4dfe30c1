// SPDX-License-Identifier: MIT
#include <jem/sampling/dual_averaging.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

/// An acceptance that falls with the step size: it is 0.8 at ln 0.8⁻¹ = 0.2231 and 0.651 at 0.4292.
double acceptance(double step_size) { return std::exp(-step_size); }

double found(const jem::dual_averaging& rule, double first, int updates) {
  auto state = rule.init(first);
  for (int k = 0; k < updates; ++k) rule.step(state, acceptance(state.step_size()));
  return state.averaged();
}

}  // namespace

TEST_CASE("dual averaging finds the step size at which an acceptance curve has its target, from below and from above") {
  for (const double first : {1e-6, 0.1, 1e4}) {
    CHECK(found({}, first, 2000) == doctest::Approx(0.2231).epsilon(0.01));
    CHECK(found({.acceptance = 0.651f, .decay = 0.5f, .ahead = 1}, first, 2000) == doctest::Approx(0.4292).epsilon(0.01));
  }
}

TEST_CASE("the first updates are those of the formula") {
  const jem::dual_averaging rule{.acceptance = 0.75f};
  auto state = rule.init(0.5);
  CHECK(state.step_size() == 0.5f);
  rule.step(state, 0.5);  // H̄ = 0.25/11, log ε = log 5 − 20·H̄, whose weight in the average is 1
  CHECK(state.step_size() == doctest::Approx(5 * std::exp(-5.0 / 11)));
  CHECK(state.averaged() == state.step_size());
  const double second = (11.0 / 12) * (0.25 / 11) + (1.0 / 12) * (0.75 - 1);  // H̄
  rule.step(state, 1);
  CHECK(state.step_size() == doctest::Approx(5 * std::exp(-std::sqrt(2.0) * 20 * second)));
  const double weight = std::pow(2, -0.75);
  CHECK(std::log(state.averaged()) == doctest::Approx((1 - weight) * (std::log(5.0) - 5.0 / 11) + weight * std::log(state.step_size())));
}

TEST_CASE("acceptance that is always 0, always 1 or NaN leaves finite step sizes above 0") {
  for (const double a : {0.0, 1.0, std::nan("")}) {
    const jem::dual_averaging rule;
    auto state = rule.init(1);
    for (int k = 0; k < 10'000; ++k) rule.step(state, a);
    CHECK(state.step_size() > 0);
    CHECK(std::isfinite(state.step_size()));
    CHECK(state.averaged() > 0);
    CHECK((a == 1 ? state.averaged() > 1e9f : state.averaged() < 1e-9f));
  }
}

TEST_CASE("the harmonic mean bounds what one chain does") {
  const std::vector<float> equal{0.5f, 0.5f}, one_stuck{0, 1, 1, 1}, none;
  CHECK(jem::harmonic_mean(std::span(equal), 0.01) == 0.5);
  CHECK(jem::harmonic_mean(std::span(one_stuck), 0.01) == doctest::Approx(4.0 / 103));
  CHECK(jem::harmonic_mean(std::span(none), 0.01) == 0);
}
