// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/chees.hpp>
#include <jem/tensor/noise.hpp>

using namespace test;

namespace {

using T = eigen_double;

/// Exact trajectories of length t on normals with these deviations, in coordinates with scale 1: z′ = z cos(t/s) + s p sin(t/s).
double slope(const std::vector<double>& deviations, double t, jem::rng& g, jem::index_t n = 1000) {
  const auto d    = std::ssize(deviations);
  const auto unit = jem::normal<T>({n, d}, g).to_vector(), p = jem::normal<T>({n, d}, g).to_vector();
  auto before = unit, after = unit, momenta = p;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const double s = deviations[i % deviations.size()];
    before[i]      = s * unit[i];
    after[i]       = before[i] * std::cos(t / s) + s * p[i] * std::sin(t / s);
    momenta[i]     = -unit[i] * std::sin(t / s) + p[i] * std::cos(t / s);
  }
  return jem::chees_slope(T({n, d}, before), T({n, d}, after), T({n, d}, momenta), std::vector<double>(static_cast<std::size_t>(n), 1.0),
                          jem::full<T>({d}, 1), t);
}

/// The average of T over the second half of the iterations.
double optimum(const std::vector<double>& deviations, int updates) {
  const jem::chees rule;
  jem::rng g{3};
  auto state   = rule.init(0.3);
  double total = 0;
  for (int k = 1; k <= updates; ++k) {
    const double h = static_cast<double>(k % 16) / 16 + 0.5;
    rule.step(state, slope(deviations, h * state.length(), g, 200), 0.01, 100);
    if (2 * k > updates) total += state.length() / (updates / 2);
  }
  return total;
}

}  // namespace

TEST_CASE("the slope of trajectories of one chain is the formula's") {
  // Two chains, m = 0 and m′ = 0: t·Σ (‖x′‖² − ‖x‖²)·x′·p′ / 2
  const T before({2, 1}, {1, -1}), after({2, 1}, {2, -2}), p({2, 1}, {0.5, 0.25});
  const double expected = 0.7 * ((4 - 1) * (2 * 0.5) + (4 - 1) * (-2 * 0.25)) / 2;
  CHECK(jem::chees_slope(before, after, p, {1.0, 1.0}, T({1}, {1.0}), 0.7) == doctest::Approx(expected));
  // with weights ½ and 1 the mean of the ends is −2/3
  const double m = (0.5 * 2 - 2) / 1.5, x0 = 2 - m, x1 = -2 - m;
  const double weighted = (0.5 * (x0 * x0 - 1) * x0 * 0.5 + (x1 * x1 - 1) * x1 * 0.25) / 1.5;
  CHECK(jem::chees_slope(before, after, p, {0.5, 1.0}, T({1}, {1.0}), 1) == doctest::Approx(weighted));
}

TEST_CASE("scales divide positions, but not momenta") {
  const T before({2, 1}, {1, -1}), after({2, 1}, {20, -20}), p({2, 1}, {0.5, 0.25});
  CHECK(jem::chees_slope(before, after, p, {1.0, 1.0}, T({1}, {0.1}), 0.7) ==
        doctest::Approx(jem::chees_slope(before, T({2, 1}, {2, -2}), p, {1.0, 1.0}, T({1}, {1.0}), 0.7)));
}

TEST_CASE("chains that diverged do not count, even if their momenta are NaN; without any other the slope is 0") {
  const T before({3, 1}, {1, -1, 50}), after({3, 1}, {2, -2, 50}), p({3, 1}, {0.5, 0.25, std::nan("")});
  const double two = jem::chees_slope(T({2, 1}, {1, -1}), T({2, 1}, {2, -2}), T({2, 1}, {0.5, 0.25}), {1.0, 1.0}, T({1}, {1.0}), 1);
  CHECK(jem::chees_slope(before, after, p, {1.0, 1.0, 0.0}, T({1}, {1.0}), 1) == doctest::Approx(two));
  CHECK(jem::chees_slope(before, after, p, {0.0, 0.0, 0.0}, T({1}, {1.0}), 1) == 0);
}

TEST_CASE("the slope is positive for short trajectories on a normal, and negative behind a quarter of the period") {
  jem::rng g{1};
  const std::vector<double> unit(10, 1.0);
  CHECK(slope(unit, 0.5, g) > 0);
  CHECK(slope(unit, 1.3, g) > 0);
  CHECK(slope(unit, 1.9, g) < 0);
}

TEST_CASE("ascent finds the best length for a normal: 1.43 with lengths from T/2 to 3T/2") {
  CHECK(optimum(std::vector<double>(10, 1.0), 1000) == doctest::Approx(jem::chees::of_unit_normal).epsilon(0.15));
}

TEST_CASE("ascent finds longer trajectories for directions that reach farther") {
  CHECK(optimum({1, 1, 1, 1, 5}, 1500) == doctest::Approx(5 * jem::chees::of_unit_normal).epsilon(0.25));
}

TEST_CASE("steps are bounded, stay within their limits, and ignore slopes that are no numbers") {
  const jem::chees rule;
  auto state = rule.init(1);
  for (const double nothing : {0.0, std::nan(""), HUGE_VAL, 1e200}) rule.step(state, nothing, 0.1, 10);
  CHECK(state.length() == 1);
  rule.step(state, 1e3, 0.1, 10);
  CHECK(state.length() == doctest::Approx(std::exp(0.025)));
  for (int k = 0; k < 5000; ++k) rule.step(state, 1e3, 0.1, 10);
  CHECK(state.length() == doctest::Approx(10));
  rule.step(state, 1, 0.1, 0.5);
  CHECK(state.length() == doctest::Approx(0.5));
  rule.step(state, -1, 2, 1);  // the lower limit counts
  CHECK(state.length() == doctest::Approx(2));
}
