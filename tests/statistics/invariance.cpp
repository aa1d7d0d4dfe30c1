// SPDX-License-Identifier: MIT
// Exact kernels leave their target as it is. 50 000 exact samples make k transitions; each projection is then tested against
// the target's distribution function by the bound of Dvoretzky, Kiefer and Wolfowitz: √(ln(2/δ) / 2N) = 0.012 for δ = 1e-6.
// There are 41 such tests below: the probability of a false alarm in any of them is 4.1e-5 at most. A kernel that is right
// passes for any step size; so kernels that are wrong on purpose must fail the same test at the same step size (power), and
// the chains must have moved.
#include "../support/distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

constexpr jem::index_t chains = 50'000;
const double bound            = test::dkw_bound(static_cast<double>(chains), 1e-6);

/// N(1, 2²)
struct normal_target {
  static constexpr int dimension    = 1;
  static constexpr const char* name = "normal";

  struct energy {
    constexpr auto operator()(auto x) const { return square(x - 1) / 8; }
  };

  static tensor exact(jem::rng& g) {
    auto x = jem::normal<tensor>({chains, 1}, g).to_vector();
    for (float& v : x) v = 1 + 2 * v;
    return {{chains, 1}, x};
  }

  static double distance(const std::vector<float>& x) {
    return test::cdf_distance(x, [](double v) { return test::normal_cdf((v - 1) / 2); });
  }
};

/// Standard normals with correlation 0.9; projections on both axes and both diagonals.
struct correlated_target {
  static constexpr int dimension    = 2;
  static constexpr double rho       = 0.9;
  static constexpr const char* name = "correlated normal";

  struct energy {
    constexpr auto operator()(auto x, auto y) const { return (square(x) + square(y) - 1.8f * x * y) / 0.38f; }
  };

  static tensor exact(jem::rng& g) {
    auto x            = jem::normal<tensor>({chains, 2}, g).to_vector();
    const float other = static_cast<float>(std::sqrt(1 - rho * rho));
    for (std::size_t i = 0; i < x.size(); i += 2) x[i + 1] = static_cast<float>(rho) * x[i] + other * x[i + 1];
    return {{chains, 2}, x};
  }

  static double distance(const std::vector<float>& x) {
    double largest = 0;
    for (const auto& [a, b] : {std::pair{1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}, {1.0, -1.0}}) {
      const double deviation = std::sqrt(a * a + b * b + 2 * rho * a * b);
      std::vector<double> along;
      for (std::size_t i = 0; i < x.size(); i += 2)
        along.push_back((a * static_cast<double>(x[i]) + b * static_cast<double>(x[i + 1])) / deviation);
      largest = std::max(largest, test::cdf_distance(along, test::normal_cdf));
    }
    return largest;
  }
};

/// 0.3·N(−1.5, 0.5²) + 0.7·N(1.5, 1): in one dimension, and with an independent N(0, 1) beside it.
template <int D>
struct mixture_target {
  static constexpr int dimension    = D;
  static constexpr const char* name = D == 1 ? "mixture" : "mixture in two dimensions";

  struct energy {
    static constexpr auto first(auto x) { return -log(0.6f * exp(-2 * square(x + 1.5f)) + 0.7f * exp(square(x - 1.5f) / -2)); }
    constexpr auto operator()(auto x) const { return first(x); }
    constexpr auto operator()(auto x, auto y) const { return first(x) + square(y) / 2; }
  };

  static tensor exact(jem::rng& g) {
    auto x       = jem::normal<tensor>({chains, D}, g).to_vector();
    const auto u = jem::uniform<tensor>({chains}, 0, 1, g).to_vector();
    for (std::size_t i = 0; i < u.size(); ++i) {
      float& v = x[i * D];
      v        = u[i] < 0.3f ? -1.5f + 0.5f * v : 1.5f + v;
    }
    return {{chains, D}, x};
  }

  static double distance(const std::vector<float>& x) {
    std::vector<float> axis[D];
    for (std::size_t i = 0; i < x.size(); ++i) axis[i % D].push_back(x[i]);
    const double first =
        test::cdf_distance(axis[0], [](double v) { return 0.3 * test::normal_cdf(2 * (v + 1.5)) + 0.7 * test::normal_cdf(v - 1.5); });
    return D == 1 ? first : std::max(first, test::cdf_distance(axis[D - 1], test::normal_cdf));
  }
};

/// A proposal that is wrong on purpose: its correction times a factor.
template <class Proposal>
struct miscorrected {
  static constexpr bool needs_gradient = true;

  Proposal inner;
  float factor;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    return factor * inner.propose(e, from, to, g);
  }
};

/// An acceptance that ignores the energy.
template <class Proposal>
struct blind {
  static constexpr bool needs_gradient = true;

  Proposal inner;

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    const T correction = inner.propose(e, from, to, g);
    return correction + (to.energy - from.energy);
  }
};

/// A leapfrog that forgets half a kick, at the start or at the end.
template <bool AtStart>
struct limping_leapfrog {
  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  void operator()(const E& e, jem::point<T>& at, T& momentum, float step_size, jem::index_t steps) const {
    if (!AtStart) jem::add_scaled(momentum, -step_size / 2, at.gradient);
    for (jem::index_t i = 1; i <= steps; ++i) {
      jem::add_scaled(at.position, step_size, momentum);
      at.energy = e.value_and_grad(at.position, at.gradient);
      if (i < steps) jem::add_scaled(momentum, -step_size, at.gradient);
    }
    if (AtStart) jem::add_scaled(momentum, -step_size / 2, at.gradient);
  }
};

struct result {
  double distance, acceptance, movement;  ///< movement: the mean squared jump of a coordinate
};

template <class Target, class K>
result run(const K& kernel, jem::index_t k, std::uint64_t seed) {
  jem::rng g{seed};
  const auto energy = jem::pointwise<Target::dimension>(typename Target::energy{});
  const tensor x    = Target::exact(g);
  double acceptance = 0;
  const tensor end  = jem::evolve(kernel, energy, x, k, g, [&](auto, const auto&, const auto& info) {
    acceptance += static_cast<double>(jem::mean(info.acceptance_probability)) / static_cast<double>(k);
  });
  return {Target::distance(end.to_vector()), acceptance, static_cast<double>(jem::squared_norm(end - x)) / static_cast<double>(x.size())};
}

/// The kernel is invariant after one and after three transitions, rejects now and then, and moves.
template <class Target, class K>
void check_invariance(const K& kernel) {
  for (const jem::index_t k : {1, 3}) {
    const auto [distance, acceptance, movement] = run<Target>(kernel, k, 40 + static_cast<std::uint64_t>(k));
    INFO(std::string(Target::name), ", transitions: ", k, ", acceptance: ", acceptance, ", movement: ", movement);
    CHECK(distance < bound);
    CHECK(acceptance > 0.5);
    CHECK(acceptance < 0.99);
    CHECK(movement > 0.1);
  }
}

/// The same test with ten transitions sees that a kernel is wrong.
template <class Target, class K>
void check_caught(const K& kernel) {
  const double distance = run<Target>(kernel, 10, 50).distance;
  INFO(std::string(Target::name), ", distance: ", distance);
  CHECK(distance > 2 * bound);
}

// Step sizes at which some proposals are rejected: a fault shows only where there is something to correct.
constexpr jem::langevin coarse_langevin{.step_size = 2.0f}, fine_langevin{.step_size = 0.15f}, mode_langevin{.step_size = 0.3f};
constexpr jem::hamiltonian<> coarse_leapfrog{.step_size = 2.4f, .steps = 3}, fine_leapfrog{.step_size = 0.4f, .steps = 4},
    mode_leapfrog{.step_size = 0.8f, .steps = 3};

}  // namespace

TEST_CASE("the exact samples of the targets are exact, and the bound is the one stated") {
  jem::rng g{1};
  CHECK(bound == doctest::Approx(0.012).epsilon(0.01));
  CHECK(normal_target::distance(normal_target::exact(g).to_vector()) < bound);
  CHECK(correlated_target::distance(correlated_target::exact(g).to_vector()) < bound);
  CHECK(mixture_target<1>::distance(mixture_target<1>::exact(g).to_vector()) < bound);
  CHECK(mixture_target<2>::distance(mixture_target<2>::exact(g).to_vector()) < bound);
}

TEST_CASE("mala leaves a normal, a correlated normal and a mixture invariant") {
  check_invariance<normal_target>(jem::mala{coarse_langevin});
  check_invariance<correlated_target>(jem::mala{fine_langevin});
  check_invariance<mixture_target<1>>(jem::mala{mode_langevin});
  check_invariance<mixture_target<2>>(jem::mala{mode_langevin});
}

TEST_CASE("hmc leaves a normal, a correlated normal and a mixture invariant") {
  check_invariance<normal_target>(jem::hmc{coarse_leapfrog});
  check_invariance<correlated_target>(jem::hmc{fine_leapfrog});
  check_invariance<mixture_target<1>>(jem::hmc{mode_leapfrog});
  check_invariance<mixture_target<2>>(jem::hmc{mode_leapfrog});
}

TEST_CASE("a mala whose correction is dropped or has the wrong sign is caught") {
  const auto with_factor = [](jem::langevin inner, float factor) { return jem::metropolis<miscorrected<jem::langevin>>{{inner, factor}}; };
  CHECK(run<normal_target>(with_factor(coarse_langevin, 1), 10, 50).distance < bound);  // the wrapper itself is innocent
  check_caught<normal_target>(with_factor(coarse_langevin, 0));
  check_caught<normal_target>(with_factor(coarse_langevin, -1));
  check_caught<correlated_target>(with_factor(fine_langevin, 0));
  check_caught<mixture_target<1>>(with_factor(mode_langevin, 0));
  check_caught<mixture_target<1>>(with_factor(mode_langevin, -1));
}

TEST_CASE("an hmc whose kinetic energy is dropped or has the wrong sign is caught") {
  const auto with_factor = [](jem::hamiltonian<> inner, float factor) {
    return jem::metropolis<miscorrected<jem::hamiltonian<>>>{{inner, factor}};
  };
  check_caught<normal_target>(with_factor(coarse_leapfrog, 0));
  check_caught<normal_target>(with_factor(coarse_leapfrog, -1));
  check_caught<mixture_target<2>>(with_factor(mode_leapfrog, 0));
}

TEST_CASE("an acceptance that ignores the energy is caught") {
  check_caught<normal_target>(jem::metropolis<blind<jem::langevin>>{{coarse_langevin}});
  check_caught<mixture_target<1>>(jem::metropolis<blind<jem::langevin>>{{mode_langevin}});
  check_caught<normal_target>(jem::metropolis<blind<jem::hamiltonian<>>>{{coarse_leapfrog}});
  check_caught<correlated_target>(jem::metropolis<blind<jem::hamiltonian<>>>{{fine_leapfrog}});
}

TEST_CASE("a leapfrog that forgets half a kick is caught") {
  check_caught<normal_target>(jem::metropolis<jem::hamiltonian<limping_leapfrog<true>>>{{.step_size = 2.4f, .steps = 3}});
  check_caught<normal_target>(jem::metropolis<jem::hamiltonian<limping_leapfrog<false>>>{{.step_size = 2.4f, .steps = 3}});
  check_caught<mixture_target<1>>(jem::metropolis<jem::hamiltonian<limping_leapfrog<false>>>{{.step_size = 0.8f, .steps = 3}});
}
