// SPDX-License-Identifier: MIT
// The conformance suite, part nine: the distributions of samplers for normal targets. 20 000 chains start at one point and then have
//
//     sgld        after six steps the distribution of its autoregression, which is normal with known mean and variance;
//     mala, hmc   after so many steps that the start no longer matters, the target distribution; hmc also with a metric.
//
// Distances are compared with the bounds of Dvoretzky, Kiefer and Wolfowitz for the distribution, 0.019, and of Laurent and Massart for
// the variance, 0.056; the correlation of the two coordinates is compared with a normal quantile. Each of the 20 comparisons fails by
// chance with probability 1e-6. Seeds are fixed and uniforms have the same bits everywhere, so a comparison that passes for one correct
// backend does not fail by chance for another one. There are enough chains to be cut into tiles, if a backend does that. The chains of
// sgld also have to end where those of reference do.
#pragma once

#include <jem/conformance/laws.hpp>
#include <jem/conformance/operations.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

namespace jem::inline v0::conformance {

inline constexpr double false_alarm = 1e-6;  ///< its probability in each comparison of a distribution

namespace detail {

inline constexpr index_t chains_of_a_law = 20'000;
inline constexpr double normal_quantile  = 4.892;  // P(|ξ| > 4.892) = 1e-6

struct normal_law {
  double mean, deviation;
};

/// The distributions of the target's coordinates.
inline constexpr std::array<normal_law, 2> two_normals{{{1, 0.7}, {-2, 1.5}}};

template <class T>
gaussian<T> two_normals_energy() {
  return {T({2}, {1, -2}), T({2}, {0.7f, 1.5f})};
}

/// Chains that all start at the mean plus 2.
template <class T>
T two_off_the_mean() {
  std::vector<typename T::value_type> values;
  for (index_t i = 0; i < chains_of_a_law; ++i) values.push_back(3), values.push_back(0);
  return {{chains_of_a_law, 2}, values};
}

/// Compares chains (n, 2) with independent normals.
inline void hold_law(evidence& e, const std::vector<double>& chains, const std::array<normal_law, 2>& laws) {
  const auto n   = static_cast<double>(chains.size() / 2);
  double product = 0;
  std::array<std::vector<double>, 2> z;
  for (std::size_t i = 0; i < chains.size(); ++i) z[i % 2].push_back((chains[i] - laws[i % 2].mean) / laws[i % 2].deviation);
  for (std::size_t j = 0; j < 2; ++j) {
    double square = 0;
    for (const double v : z[j]) square += v * v / n;
    const auto where = [j](const char* of) {
      return [j, of] { return std::string(of) + ", " + named("coordinate", static_cast<index_t>(j)); };
    };
    e.hold(std::abs(square - 1) / chi_squared_bound(n, false_alarm), 1, unit::bound, where("variance"));
    e.hold(cdf_distance(z[j], normal_cdf) / dkw_bound(n, false_alarm), 1, unit::bound, where("distribution"));
  }
  for (std::size_t i = 0; i < z[0].size(); ++i) product += z[0][i] * z[1][i] / n;
  e.hold(std::abs(product) * std::sqrt(n) / normal_quantile, 1, unit::bound, [] { return std::string("correlation of the coordinates"); });
}

/// Six steps of sgld at ε = 0.2.
template <class T>
std::vector<double> after_six_steps() {
  const sgld kernel{.step_size = constant{0.2f}};
  rng g{95};
  return values_of(evolve(kernel, two_normals_energy<T>(), two_off_the_mean<T>(), 6, g));
}

}  // namespace detail

/// Six steps of x ← x − ε∇E + √(2ε)·ξ: their exact distribution, and each chain compared with that of reference. In each step positions of
/// up to 10 may be rounded by some units in the last place, and normals may differ by their tolerance.
template <class B>
evidence sgld_has_the_law_of_its_autoregression() {
  using T    = tensor<float, B>;
  evidence e = on_fresh_memory<B>();
  auto laws  = detail::two_normals;
  for (auto& [mean, deviation] : laws) {
    const autoregression exact{0.2 / (deviation * deviation), std::sqrt(0.4)};
    mean += exact.mean_after(6, 2);
    deviation = std::sqrt(exact.variance_after(6));
  }
  const auto chains = detail::after_six_steps<T>();
  detail::hold_law(e, chains, laws);
  e.hold(largest_difference(chains, detail::after_six_steps<tensor<float, reference>>()), 1e-5 + 6 * normals_tolerance, unit::absolute,
         [] { return std::string("each chain, compared with reference"); });
  return e;
}

/// 80 transitions, after which the influence of the start has shrunk to a ten-thousandth.
template <class B>
evidence mala_has_the_law_that_it_is_made_for() {
  using T    = tensor<float, B>;
  evidence e = on_fresh_memory<B>();
  rng g{96};
  const mala kernel{{.step_size = 0.3f}};
  detail::hold_law(e, values_of(evolve(kernel, detail::two_normals_energy<T>(), detail::two_off_the_mean<T>(), 80, g)),
                   detail::two_normals);
  return e;
}

/// 20 transitions of three leapfrog steps. They rotate neither coordinate in phase space by a multiple of π, which would keep the distance
/// from the mean.
template <class B>
evidence hmc_has_the_law_that_it_is_made_for() {
  using T    = tensor<float, B>;
  evidence e = on_fresh_memory<B>();
  rng g{97};
  const hmc kernel{{.step_size = 0.5f, .steps = 3}};
  detail::hold_law(e, values_of(evolve(kernel, detail::two_normals_energy<T>(), detail::two_off_the_mean<T>(), 20, g)),
                   detail::two_normals);
  return e;
}

/// The same with a metric and jittered lengths.
template <class B>
evidence hmc_with_a_metric_has_the_law_that_it_is_made_for() {
  using T    = tensor<float, B>;
  evidence e = on_fresh_memory<B>();
  rng g{98};
  const metropolis<hamiltonian<leapfrog, diagonal_metric<T>, jittered_length>> kernel{{0.7f, 3, {}, {T({2}, {0.8f, 1.2f})}, {}}};
  detail::hold_law(e, values_of(evolve(kernel, detail::two_normals_energy<T>(), detail::two_off_the_mean<T>(), 20, g)),
                   detail::two_normals);
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_samplers{
    check{"sgld has the distribution of its autoregression, and the chains of reference", sgld_has_the_law_of_its_autoregression<B>},
    check{"mala has the target distribution", mala_has_the_law_that_it_is_made_for<B>},
    check{"hmc has the target distribution", hmc_has_the_law_that_it_is_made_for<B>},
    check{"hmc with a metric has the target distribution", hmc_with_a_metric_has_the_law_that_it_is_made_for<B>}};

}  // namespace jem::inline v0::conformance
