// SPDX-License-Identifier: MIT
// The fraction against its definition, and against arviz.bfmi(series(30, 3, 50, 0.8)) of ArviZ 0.23.4, with the `series` of ess.cpp.
#include "../support/backends.hpp"
#include "../support/draws.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/metrics/energy_fraction.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;

namespace {

struct state {
  tensor position, energy;
};

}  // namespace

TEST_CASE("the energy fraction has the value of its definition") {
  CHECK(metrics::energy_fraction(test::draws_of<tensor>({{1, 3, 2}}))[0] == doctest::Approx((4.0 + 1) / 2));  // mean 2, squares 2
  const auto found = metrics::energy_fraction(test::draws_of<tensor>(test::congruential_chains(30, 3, 50, 0.8)));
  REQUIRE(found.size() == 3);
  CHECK(found[0] == doctest::Approx(0.32494993036).epsilon(1e-10));
  CHECK(found[1] == doctest::Approx(0.397059987197).epsilon(1e-10));
  CHECK(found[2] == doctest::Approx(0.683814573597).epsilon(1e-10));
}

TEST_CASE("constant energies, few and those that are not finite have no fraction, and energies have two axes") {
  CHECK(std::isnan(metrics::energy_fraction(jem::full<tensor>({9, 1}, 2))[0]));
  CHECK(std::isnan(metrics::energy_fraction(jem::full<tensor>({1, 1}, 2))[0]));
  CHECK(std::isnan(metrics::energy_fraction(tensor(jem::shape{0, 1}))[0]));
  CHECK(std::isnan(metrics::energy_fraction(test::draws_of<tensor>({{1, NAN, 2}}))[0]));
  CHECK(metrics::energy_fraction(tensor(jem::shape{9, 0})).empty());
  CHECK_THROWS_WITH_AS(metrics::energy_fraction(tensor(jem::shape{3, 2, 2})), "[energy_fraction] expected 2 axes but received (3, 2, 2)",
                       std::invalid_argument);
}

TEST_CASE("the fraction of potential energies is d / (d/2 + their variance), for each chain and together") {
  metrics::running_energy_fraction seen;
  const tensor x(jem::shape{2, 3});
  for (const auto& e : {tensor({2}, {1, 5}), tensor({2}, {3, 5}), tensor({2}, {2, 6})}) seen(0, state{x, e}, 0);
  CHECK(seen.result()[0] == doctest::Approx(3 / (1.5 + 1)));
  CHECK(seen.result()[1] == doctest::Approx(3 / (1.5 + 1.0 / 3)));
  CHECK(seen.together() == doctest::Approx(3 / (1.5 + metrics::detail::variance({1, 3, 2, 5, 5, 6}))));
  CHECK_THROWS_AS(seen(0, state{x, tensor(jem::shape{3})}, 0), std::invalid_argument);
}

TEST_CASE("the fraction of a run on a normal target is 1, and that of the definition agrees with it") {
  // 4 chains of 4000 draws. The variance of E has a relative standard deviation below √(12/16000 · τ) with a kurtosis of 3 + 12/d, d = 10,
  // and τ near 2: 0.02 of the fraction at most; five of them.
  using floats = jem::tensor<float, jem::eigen>;
  const jem::gaussian<floats> energy(jem::zeros<floats>({10}), jem::full<floats>({10}, 1));
  const jem::hmc kernel({.step_size = 0.25f, .steps = 6});
  metrics::running_energy_fraction seen;
  jem::rng g{3};
  (void)jem::evolve(kernel, energy, jem::normal<floats>({4, 10}, g), 4000, g, seen);
  CHECK(seen.together() == doctest::Approx(1).epsilon(0.1));

  // H of exact trajectories: E(x) of independent draws plus K(p) of their momenta. H keeps its value in a trajectory, so that its end has
  // another E and the K that is left. Means of 40 000: 0.02 of the fraction, five of them.
  const auto x = jem::normal<tensor>({40'001, 10}, g), p = jem::normal<tensor>({40'001, 10}, g);
  const auto e = row_dots(x, x).to_vector(), k = row_dots(p, p).to_vector();
  std::vector<double> total;
  for (std::size_t i = 0; i < e.size(); ++i) total.push_back((e[i] + k[i]) / 2);
  double steps = 0;  // the new momentum of a step at x replaces the old one there: H changes by the difference of two K
  for (std::size_t i = 1; i < k.size(); ++i) steps += (k[i] - k[i - 1]) * (k[i] - k[i - 1]) / 4;
  CHECK(steps / static_cast<double>(k.size() - 1) / metrics::detail::variance(total) == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("nothing seen has no fraction") {
  CHECK(metrics::running_energy_fraction().result().empty());
  CHECK(std::isnan(metrics::running_energy_fraction().together()));
}
