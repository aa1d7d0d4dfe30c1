// SPDX-License-Identifier: MIT
// Exact kernels leave their target distribution invariant. 50 000 exact samples of each of five targets make k transitions. Projections are
// then compared with their distribution functions by the bound of Dvoretzky, Kiefer and Wolfowitz: √(ln(2/δ) / 2N) = 0.012 for δ = 1e-6.
// The five targets have 15 projections; with five kernels, k = 1 and 3, and the exact samples themselves there are 165 such tests, so the
// probability of a false alarm in any of them is at most 1.65e-4. A right kernel passes with any step size. One that does nothing would
// pass, too, so the tests also check that chains have moved; power.cpp applies the test to wrong kernels.
#include "../support/targets.hpp"

#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/persistent_hamiltonian.hpp>
#include <jem/sampling/sample.hpp>

#include <jem/tensor/columns.hpp>

#include <doctest/doctest.h>

namespace {

using test::target, test::chains;

constexpr jem::index_t count = 50'000;
const double bound           = test::dkw_bound(static_cast<double>(count), 1e-6);

/// Checks that the target is invariant after one and after three transitions, that some proposals are rejected, and that chains move.
template <class K>
void check_invariance(const target& law, const K& kernel) {
  for (const jem::index_t k : {1, 3}) {
    jem::rng g{40 + static_cast<std::uint64_t>(k)};
    const chains x        = law.exact(count, g);
    double acceptance     = 0;
    const chains end      = jem::evolve(kernel, law.energy, x, k, g, [&](auto, const auto&, const auto& info) {
      acceptance += static_cast<double>(jem::mean(info.acceptance_probability)) / static_cast<double>(k);
    });
    const chains jump     = end - x;
    const double distance = law.distance(end);
    INFO(law.name, ", transitions: ", k, ", distance: ", distance, ", acceptance: ", acceptance);
    CHECK(distance < bound);
    CHECK(acceptance > 0.3);
    CHECK(acceptance < 0.98);
    for (const float squares : jem::column_sums(jump * jump).to_vector()) CHECK(squares / static_cast<float>(count) > 0.02f);
  }
}

/// Scales that fit no target well: 1, 0.8, 0.7, 0.9.
jem::diagonal_metric<chains> some_metric(const target& law) {
  jem::rng g{1};
  const auto d = static_cast<std::size_t>(law.exact(1, g).extent(1));
  const std::vector<float> scales{1, 0.8f, 0.7f, 0.9f};
  return {chains({static_cast<jem::index_t>(d)}, std::vector<float>(scales.begin(), scales.begin() + static_cast<std::ptrdiff_t>(d)))};
}

}  // namespace

TEST_CASE("the exact samples of the five targets have their distributions, and the bound is 0.012") {
  jem::rng g{1};
  CHECK(bound == doctest::Approx(0.012).epsilon(0.01));
  for (const target& law : test::five_targets()) {
    INFO(law.name);
    CHECK(law.distance(law.exact(count, g)) < bound);
  }
}

TEST_CASE("a random walk leaves the five targets invariant") {
  for (const target& law : test::five_targets()) check_invariance(law, jem::metropolis{test::random_walk{law.walk}});
}

TEST_CASE("mala leaves the five targets invariant") {
  for (const target& law : test::five_targets()) check_invariance(law, jem::mala{{.step_size = law.langevin}});
}

TEST_CASE("hmc leaves the five targets invariant") {
  for (const target& law : test::five_targets()) check_invariance(law, jem::hmc{{.step_size = law.leapfrog, .steps = law.leapfrogs}});
}

TEST_CASE("hmc with a metric and jittered lengths leaves the five targets invariant") {
  using proposal = jem::hamiltonian<jem::leapfrog, jem::diagonal_metric<chains>, jem::jittered_length>;
  for (const target& law : test::five_targets()) {
    check_invariance(law, jem::metropolis<proposal>{{law.leapfrog, law.leapfrogs, {}, some_metric(law), {}}});
  }
}

TEST_CASE("a persistent hamiltonian with a metric leaves the five targets invariant") {
  using kernel = jem::persistent_hamiltonian<jem::diagonal_metric<chains>>;
  for (const target& law : test::five_targets()) check_invariance(law, kernel{law.leapfrog, 0.3f, some_metric(law)});
}
