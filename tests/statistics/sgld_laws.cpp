// SPDX-License-Identifier: MIT
// The exact distributions of Langevin dynamics without an acceptance step on E = x²/2s². Here x ← (1 − a)·x + b·ξ is an autoregression:
// its stationary distribution is N(0, b² / (1 − (1 − a)²)), and its lag-one correlation is 1 − a. Unadjusted Langevin has a = ε/s² and
// b = √(2ε), and the paper's version with decoupled noise a = ε/s² and b = σ. Chains are independent, so every tolerance is an exact bound
// for their number: that of Laurent and Massart for a variance, that of Dvoretzky, Kiefer and Wolfowitz for a distribution, and a normal
// quantile for a correlation. Each of the 39 checks fails by chance with probability at most 1e-6, and any of them with at most 3.9e-5.
// N draws of an autoregression have an effective size of N·a/(2 − a). This is compared with the estimate of ess.hpp within six standard
// deviations of the estimate, measured over other seeds.
#include "../support/distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/metrics/ess.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

constexpr jem::index_t chains = 200'000;
constexpr double delta        = 1e-6;
constexpr double quantile     = 4.892;  // P(|ξ| > 4.892) = 1e-6

using law = test::autoregression;

jem::gaussian<tensor> bowl(double s) { return {tensor({1}, {0}), tensor({1}, {static_cast<float>(s)})}; }

double mean_product(const std::vector<float>& x, const std::vector<float>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return sum / static_cast<double>(x.size());
}

void check_normal(const std::vector<float>& x, double mean, double variance) {
  const double deviation = std::sqrt(variance);
  double square          = 0;
  for (const float v : x) square += std::pow(static_cast<double>(v) - mean, 2) / static_cast<double>(x.size());
  CHECK(std::abs(square / variance - 1) < test::chi_squared_bound(static_cast<double>(x.size()), delta));
  CHECK(test::cdf_distance(x, [&](double v) { return test::normal_cdf((v - mean) / deviation); }) <
        test::dkw_bound(static_cast<double>(x.size()), delta));
}

/// Checks that five steps leave the exact stationary distribution invariant, that one further step has the correlation 1 − a, and that a
/// few steps from a point have their exact distribution.
template <class K>
void check_law(const K& kernel, const law& exact, double s, std::uint64_t seed) {
  INFO("a = ", exact.a, ", b = ", exact.b, ", stationary variance = ", exact.variance());
  jem::rng g{seed};
  tensor start = jem::normal<tensor>({chains, 1}, g);
  jem::scale(start, static_cast<float>(std::sqrt(exact.variance())));
  const tensor now = jem::evolve(kernel, bowl(s), start, 5, g), next = jem::evolve(kernel, bowl(s), now, 1, g);
  const auto x = now.to_vector(), y = next.to_vector();
  check_normal(x, 0, exact.variance());
  // Given x, the regression coefficient of y on x is 1 − a plus an error N(0, b² / Σx²).
  const double slope = mean_product(x, y) / mean_product(x, x);
  CHECK(std::abs(slope - (1 - exact.a)) < quantile * exact.b / std::sqrt(mean_product(x, x) * static_cast<double>(chains)));

  const double from = 3 * std::sqrt(exact.variance());
  for (const int k : {1, 4}) {
    const auto few = jem::evolve(kernel, bowl(s), jem::full<tensor>({chains, 1}, static_cast<float>(from)), k, g).to_vector();
    check_normal(few, exact.mean_after(k, from), exact.variance_after(k));
  }
}

}  // namespace

TEST_CASE("unadjusted langevin has the distribution of its autoregression, which is wider than its target") {
  for (const auto& [epsilon, s] : {std::pair{0.5, 1.0}, {0.1, 0.5}}) {
    const jem::sgld kernel{.step_size = jem::constant{static_cast<float>(epsilon)}};
    check_law(kernel, {epsilon / (s * s), std::sqrt(2 * epsilon)}, s, 60);
  }
  const law half{0.5, 1};
  CHECK(half.variance() == doctest::Approx(4.0 / 3));  // one third more than that of the target
}

TEST_CASE("the paper's sgld with decoupled noise has the distribution of its autoregression, which is narrower than its target") {
  // Step size 1 and noise 0.01 for a target of standard deviation 2: a = ¼.
  const jem::sgld kernel{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
  const law exact{0.25, 0.01};
  check_law(kernel, exact, 2, 61);
  CHECK(exact.variance() < 1e-4 * 4);
  // For a step size above 1 the chain alternates: a = 1.5, with correlation −½.
  const jem::sgld overshooting{.step_size = jem::constant{1.5f}, .noise = jem::fixed_noise{0.1f}};
  check_law(overshooting, {1.5, 0.1}, 1, 62);
}

TEST_CASE("a temperature scales the variance of langevin dynamics") {
  const jem::sgld kernel{.step_size = jem::constant{0.2f}, .noise = jem::langevin_noise{.temperature = 0.25f}};
  check_law(kernel, {0.2, std::sqrt(0.1)}, 1, 63);
}

TEST_CASE("the tolerances find that langevin with a large step does not have its target distribution") {
  const jem::sgld kernel{.step_size = jem::constant{0.1f}};  // variance 1.0526 instead of 1
  jem::rng g{64};
  const auto x = jem::evolve(kernel, bowl(1), jem::normal<tensor>({chains, 1}, g), 40, g).to_vector();
  check_normal(x, 0, law{0.1, std::sqrt(0.2)}.variance());
  CHECK(std::abs(mean_product(x, x) - 1) > 2 * test::chi_squared_bound(static_cast<double>(chains), delta));
  CHECK(test::cdf_distance(x, test::normal_cdf) > test::dkw_bound(static_cast<double>(chains), delta));
}

TEST_CASE("langevin dynamics with a decaying step is exact in the limit") {
  const jem::sgld kernel{.step_size = jem::polynomial_decay{.first = 0.5f, .delay = 1, .power = 0.8f}};
  jem::rng g{65};
  // The variance by its recursion v ← (1 − ε)²v + 2ε from v = 1, which is 1.28 at first and 1.005 in the end.
  double variance = 1, widest = 1;
  for (jem::index_t k = 0; k < 400; ++k) {
    const double epsilon = static_cast<double>(kernel.step_size(k));
    variance             = (1 - epsilon) * (1 - epsilon) * variance + 2 * epsilon;
    widest               = std::max(widest, variance);
  }
  CHECK(widest > 1.2);
  CHECK(variance < 1.01);
  check_normal(jem::evolve(kernel, bowl(1), jem::normal<tensor>({chains / 4, 1}, g), 400, g).to_vector(), 0, variance);
}

TEST_CASE("the effective size of a run of sgld is a / (2 - a) of its draws, and more than all draws for a > 1") {
  const auto share = [](const auto& kernel, const law& exact, double s) {
    jem::rng g{66};
    tensor start = jem::normal<tensor>({100, 1}, g);
    jem::scale(start, static_cast<float>(std::sqrt(exact.variance())));
    return jem::metrics::ess_mean(jem::sample(kernel, bowl(s), start, 4'000, g))[0] / 400'000;
  };
  const jem::sgld langevin{.step_size = jem::constant{0.5f}};
  CHECK(share(langevin, {0.5, 1}, 1) == doctest::Approx(1.0 / 3).epsilon(0.07));
  const jem::sgld decoupled{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
  CHECK(share(decoupled, {0.25, 0.01}, 2) == doctest::Approx(1.0 / 7).epsilon(0.09));
  const jem::sgld overshooting{.step_size = jem::constant{1.5f}, .noise = jem::fixed_noise{0.1f}};
  CHECK(share(overshooting, {1.5, 0.1}, 1) == doctest::Approx(3).epsilon(0.11));
}
