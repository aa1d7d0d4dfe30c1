// SPDX-License-Identifier: MIT
#include <jem/train/monitor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace {

using jem::alarm;
using jem::monitor;
using jem::training_info;

training_info healthy() {
  return {.loss = 1.5, .accuracy = 0.8, .energy_data = -3, .energy_sample = -2, .gradient_norm = 2, .weight_norm = 10, .sample_rms = 0.7};
}

/// A monitor for the digits (64 numbers in [−1, 1], noise of 0.03, ten classes) after some healthy steps.
monitor of_digits(jem::index_t steps = 100) {
  monitor m({.dimension = 64, .classes = 10, .patience = 200});
  for (jem::index_t i = 0; i < steps; ++i) REQUIRE_FALSE(m.watch(healthy()).has_value());
  return m;
}

/// The alarm of a monitor at a healthy step in which one value is changed.
template <class T>
std::optional<alarm> alarm_at(double training_info::* member, T value, monitor m = of_digits()) {
  training_info info = healthy();
  info.*member       = value;
  const auto wrong   = m.watch(info);
  if (!wrong) return {};
  return wrong->what;
}

constexpr double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("the energy scale is the entropy of the uniform density minus that of the noise, or 1 if this is less") {
  // 64 · log(2 / (0.03 · √(2πe))), by hand
  CHECK(monitor({.dimension = 64}).energy_scale() == doctest::Approx(64 * 2.780768).epsilon(1e-5));
  CHECK(monitor({.dimension = 3072}).energy_scale() == doctest::Approx(3072 * 2.780768).epsilon(1e-5));
  CHECK(monitor({.dimension = 64, .reach = 127.5f, .noise = 0}).energy_scale() ==
        doctest::Approx(64 * std::log(255 / 4.132731)).epsilon(1e-5));
  CHECK(monitor({.dimension = 2, .noise = 5}).energy_scale() == 1);  // the noise is wider than the data
}

TEST_CASE("a monitor raises no alarm at a healthy step, and the right alarm for each wrong value") {
  CHECK_FALSE(alarm_at(&training_info::loss, 1000.0).has_value());
  CHECK(alarm_at(&training_info::loss, not_a_number) == alarm::not_finite);
  CHECK(alarm_at(&training_info::gradient_norm, inf) == alarm::not_finite);
  CHECK(alarm_at(&training_info::weight_norm, inf) == alarm::weights);
  CHECK(alarm_at(&training_info::weight_norm, 1e30) == alarm::weights);
  CHECK_FALSE(alarm_at(&training_info::weight_norm, 30.0).has_value());
  CHECK(alarm_at(&training_info::energy_sample, -3 + 1781.0) == alarm::energies);  // the limit is ten times 177.97
  CHECK_FALSE(alarm_at(&training_info::energy_sample, -3 + 1778.0).has_value());
  CHECK(alarm_at(&training_info::sample_rms, 3.1) == alarm::samples);
  CHECK_FALSE(alarm_at(&training_info::sample_rms, 2.9).has_value());
  CHECK(alarm_at(&training_info::gradient_norm, 2001.0) == alarm::gradient);
  CHECK_FALSE(alarm_at(&training_info::gradient_norm, 1999.0).has_value());
}

TEST_CASE("a gap that grows steadily raises an alarm before it passes its limit") {
  for (const double sign : {1.0, -1.0}) {
    auto m             = of_digits();
    training_info info = healthy();
    std::optional<jem::finding> wrong;
    double gap = 1;  // the gap of the healthy steps
    while (!wrong && gap < 2000) {
      info.energy_sample = info.energy_data + sign * (gap += 20);
      wrong              = m.watch(info);
    }
    REQUIRE(wrong.has_value());
    CHECK(wrong->what == alarm::trend);
    CHECK(std::string(jem::name_of(wrong->what)) == "trend");
    CHECK(gap > 178);   // the scale of the data
    CHECK(gap < 1200);  // the limit is 1780, and the mean is some steps behind
    CHECK(wrong->excess >= 1);
    CHECK(wrong->excess < 1.1);
    CHECK(wrong->reason.starts_with("expected a gap between energies that 50 steps on, at its rate, is what a density allows, 1780, but"));
  }
}

TEST_CASE("the mean and the slope of a gap that grows steadily are right") {
  monitor m({.dimension = 64});
  CHECK(std::isnan(m.gap_level()));
  CHECK(std::isnan(m.gap_slope()));
  training_info info = healthy();
  for (int i = 0; i < 400; ++i) {
    info.energy_sample = info.energy_data + 0.25 * i;
    REQUIRE_FALSE(m.watch(info).has_value());
  }
  CHECK(m.gap_slope() == doctest::Approx(0.25).epsilon(1e-6));
  CHECK(m.gap_level() == doctest::Approx(0.25 * (399 - 9)).epsilon(1e-6));  // the mean is nine steps behind
}

TEST_CASE("a large constant gap, a shrinking one and a noisy one raise no alarm") {
  auto m             = of_digits();
  training_info info = healthy();
  const auto steps   = [&](int count, auto gap) {
    for (int i = 0; i < count; ++i) {
      info.energy_sample = info.energy_data + gap(i);
      REQUIRE_FALSE(m.watch(info).has_value());
    }
  };
  steps(200, [](int i) { return 4.0 * i; });              // grows slowly to 4.5 times the scale
  steps(300, [](int) { return 800.0; });                  // is constant
  steps(200, [](int i) { return 800.0 - 4.0 * i; });      // shrinks
  steps(200, [](int i) { return i % 2 ? 700 : -700; });   // changes its sign from batch to batch
  steps(20, [](int i) { return i == 10 ? 1700.0 : 0; });  // is large for one batch
}

TEST_CASE("energies are in scale until their mean is beyond what a density allows") {
  auto m             = of_digits();
  training_info info = healthy();
  CHECK(m.is_in_scale());
  info.energy_data = info.energy_sample = -500;
  REQUIRE_FALSE(m.watch(info).has_value());  // one step changes little
  CHECK(m.is_in_scale());
  for (int i = 0; i < 20; ++i) REQUIRE_FALSE(m.watch(info).has_value());
  CHECK_FALSE(m.is_in_scale());
  monitor plain({.dimension = 64});
  plain.watch({.loss = 1, .accuracy = 0.5, .gradient_norm = 1});
  CHECK(plain.is_in_scale());  // for steps without energies
}

TEST_CASE("an alarm of the trend does not change the means of the gap, and a restart forgets them") {
  auto m             = of_digits();
  training_info info = healthy();
  for (double gap = 20; !m.watch(info); gap += 20) info.energy_sample = info.energy_data + gap;
  const double level = m.gap_level(), slope = m.gap_slope();
  CHECK(m.watch(info)->what == alarm::trend);
  CHECK(m.gap_level() == level);
  CHECK(m.gap_slope() == slope);
  m.restart(10);
  CHECK(std::isnan(m.gap_level()));
  CHECK_FALSE(m.watch(info).has_value());
  CHECK(m.gap_slope() == 0);  // after only one step
}

TEST_CASE("energies of data and samples that are both far from zero raise an alarm, too") {
  training_info info = healthy();
  info.energy_data = info.energy_sample = -20'000;
  CHECK(of_digits().watch(info)->what == alarm::energies);
  info.energy_data = info.energy_sample = -17'000;
  CHECK_FALSE(of_digits().watch(info).has_value());
}

TEST_CASE("a monitor compares the gradient with its level only after 40 steps") {
  CHECK_FALSE(alarm_at(&training_info::gradient_norm, 1e6, of_digits(20)).has_value());
}

TEST_CASE("a plain classifier without samples is healthy") {
  monitor m({.dimension = 64, .classes = 10});
  training_info info{.loss = 2.3, .accuracy = 0.1, .gradient_norm = 1};
  for (int i = 0; i < 300; ++i) CHECK_FALSE(m.watch(info).has_value());
}

TEST_CASE("a mean accuracy that falls to half of its best raises an alarm, and a single bad batch does not") {
  auto m             = of_digits();
  training_info info = healthy();
  info.accuracy      = 0;
  CHECK_FALSE(m.watch(info).has_value());
  int steps = 1;
  while (!m.watch(info) && steps < 100) ++steps;
  CHECK(steps == 14);  // k = 14 is the first with 0.8 · 0.95ᵏ < 0.4
}

TEST_CASE("a classifier that is no better than chance raises an alarm after as many steps as patience says, and never for patience 0") {
  for (const jem::index_t patience : {0, 200}) {
    monitor m({.dimension = 64, .classes = 10, .patience = patience});
    training_info info = healthy();
    info.accuracy      = 0.11;
    int steps          = 0;
    while (steps < 500 && !m.watch(info)) ++steps;
    CHECK(steps == (patience == 0 ? 500 : 200));
  }
}

TEST_CASE("a classifier that falls back to chance raises an alarm, even if it has never been much better") {
  monitor m({.dimension = 64, .classes = 10, .patience = 200});
  training_info info = healthy();
  info.accuracy      = 0.25;  // less than three times chance
  for (int i = 0; i < 250; ++i) CHECK_FALSE(m.watch(info).has_value());
  info.accuracy = 0.1;
  int steps     = 0;
  while (steps < 100 && !m.watch(info)) ++steps;
  CHECK(steps == 24);  // k = 24 is the first with 0.1 + 0.15 · 0.95ᵏ < 0.145
  CHECK(m.watch(info)->reason == "expected a mean accuracy on batches that is better than chance, 0.145, but received 0.1438");
}

TEST_CASE("with two classes an accuracy of 0.6 is better than chance") {
  monitor m({.dimension = 64, .classes = 2, .patience = 200});
  training_info info = healthy();
  info.accuracy      = 0.6;
  for (int i = 0; i < 500; ++i) CHECK_FALSE(m.watch(info).has_value());
  CHECK(m.has_learned());
}

TEST_CASE("an alarm does not change the levels of a monitor, and says what was expected and received") {
  auto m             = of_digits();
  training_info info = healthy();
  info.gradient_norm = 1e6;
  for (int i = 0; i < 100; ++i) CHECK(m.watch(info).has_value());
  CHECK(m.gradient_level() == doctest::Approx(2));
  CHECK(m.watch(info)->reason == "expected a gradient below 1000 times its level, 2000, but received 1e+06");
  CHECK(std::string(jem::name_of(m.watch(info)->what)) == "gradient");
  m.restart(10);
  CHECK_FALSE(m.watch(info).has_value());
}
