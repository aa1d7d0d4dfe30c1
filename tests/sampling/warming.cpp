// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/sampling/warming.hpp>

using namespace test;

namespace {

using T       = eigen_double;
using warming = jem::detail::warming<jem::leapfrog, T>;

struct result {
  jem::adaptation_report report;
  int evaluations;
  float kernel_step_size;
};

/// A warm-up of chains at 1 under a normal with these deviations.
result run(const std::vector<double>& deviations, jem::index_t chains, jem::index_t steps, bool one_step, const jem::adaptation& settings) {
  const auto d = std::ssize(deviations);
  calls count;
  const counted energy{jem::gaussian<T>(jem::zeros<T>({d}), T({d}, deviations)), &count};
  jem::rng g{1};
  auto state = jem::hmc{}.init(energy, jem::normal<T>({chains, d}, g));
  warming one(settings, {.step_size = 0.1f, .steps = 1, .metric = {jem::full<T>({d}, 1)}}, one_step, chains);
  one.run(energy, state, steps, true, g);
  const auto kernel = one.kernel<jem::jittered_length>();
  CHECK(kernel.proposal.steps == one.report().steps);
  return {one.report(), count.gradients, kernel.proposal.step_size};
}

}  // namespace

TEST_CASE("the nearest number of steps is at least 1 and at most the limit, also for NaN and infinity") {
  CHECK(jem::detail::nearest_steps(0.1, 9) == 1);
  CHECK(jem::detail::nearest_steps(3.6, 9) == 4);
  CHECK(jem::detail::nearest_steps(1e300, 9) == 9);
  CHECK(jem::detail::nearest_steps(HUGE_VAL, 9) == 9);
  CHECK(jem::detail::nearest_steps(std::nan(""), 9) == 9);
}

TEST_CASE("the report counts the gradients of all chains") {
  const auto [report, evaluations, step_size] = run({1, 10}, 8, 60, false, {});
  CHECK(report.gradients == 8 * evaluations);
  CHECK(report.chains == 8);
  CHECK(report.iterations == 60);
  CHECK(report.step_size == step_size);
  CHECK(report.length == doctest::Approx(report.step_size * static_cast<double>(report.steps)));
}

TEST_CASE("no trajectory is longer than the most steps") {
  const auto [report, evaluations, step_size] = run({1, 1, 1}, 8, 100, false, {.acceptance = 0.99f, .most_steps = 2});
  CHECK(report.steps == 2);
  CHECK(evaluations < 2 * 100 + 80);  // the others look for step sizes
  CHECK(to_string(report).find("most_steps") != std::string::npos);
}

TEST_CASE("with one step, the acceptance is on target, and the length not adapted") {
  const auto [report, evaluations, step_size] = run(std::vector<double>(50, 3), 64, 500, true, {.acceptance = 0.574f});
  CHECK(report.steps == 1);
  CHECK(report.acceptance == doctest::Approx(0.65).epsilon(0.15));  // the harmonic mean is on target, the mean a little above
  CHECK(report.notes.at(0).find("one step") != std::string::npos);
}
