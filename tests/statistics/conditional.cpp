// SPDX-License-Identifier: MIT
// Held coordinates leave the law of the others given them. Of three correlated normals with precision P the middle one is held at
// 1.5: the outer two then have the precision of their block of P, with eigenvalues λ along both diagonals, and the mean
// −P_ff⁻¹·P_fh·1.5. 50 000 chains start elsewhere and run until they have forgotten it; five projections are tested by the bound
// of Dvoretzky, Kiefer and Wolfowitz, 0.012 for δ = 1e-6. There are 20 such tests: a false alarm in any has probability 2e-5.
#include "../support/distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/row.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

constexpr jem::index_t chains = 50'000;
const double bound            = test::dkw_bound(static_cast<double>(chains), 1e-6);

/// xᵀPx / 2
struct three_normals {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = V(2) * x[0] + V(0.9) * x[1] + V(0.8) * x[2];
    gradient[1] = V(0.9) * x[0] + V(2) * x[1] - V(0.5) * x[2];
    gradient[2] = V(0.8) * x[0] - V(0.5) * x[1] + V(2) * x[2];
    return (x[0] * gradient[0] + x[1] * gradient[1] + x[2] * gradient[2]) / V(2);
  }
};

/// Along a diagonal of the free coordinates.
struct direction {
  double lambda, mean;
};
const direction even{2 + 0.8, -(0.9 - 0.5) * 1.5 / std::sqrt(2.0) / (2 + 0.8)};
const direction odd{2 - 0.8, -(0.9 + 0.5) * 1.5 / std::sqrt(2.0) / (2 - 0.8)};

const jem::row_energy whole{3, three_normals{}};
const auto held = jem::masked(whole, tensor({3}, {0, 1.5f, 0}), tensor({3}, {0, 1, 0}));

/// The largest distance of a·x₀ + b·x₂ from its law, if the diagonals have variances of 1/λ times a factor of theirs.
double distance(const tensor& x, double widens_even = 1, double widens_odd = 1) {
  const auto values = x.to_vector();
  double largest    = 0;
  for (const double angle : {0.0, 0.25, 0.6, 1.0, 1.4}) {                           // as parts of π/2
    const double a = std::cos(angle * 1.5707963), b = std::sin(angle * 1.5707963);  // along the diagonals
    const double mean      = a * even.mean + b * odd.mean;
    const double deviation = std::sqrt(a * a * widens_even / even.lambda + b * b * widens_odd / odd.lambda);
    std::vector<double> along;
    for (std::size_t i = 0; i < values.size(); i += 3) {
      const double first = static_cast<double>(values[i]), last = static_cast<double>(values[i + 2]);
      along.push_back((a * (first + last) + b * (first - last)) / std::sqrt(2.0));
    }
    largest = std::max(largest, test::cdf_distance(along, [&](double v) { return test::normal_cdf((v - mean) / deviation); }));
  }
  return largest;
}

tensor elsewhere() { return jem::full<tensor>({chains, 3}, 2); }

/// x ← x − ε∇E + √(2ε)ξ along a diagonal: an autoregression of variance 1 / λ(1 − ελ/2).
double widening(const direction& d, double epsilon) { return 1 / (1 - epsilon * d.lambda / 2); }

}  // namespace

TEST_CASE("mala on a masked energy samples the free coordinates given the held ones") {
  jem::rng g{1};
  const tensor x = jem::evolve(jem::mala{{.step_size = 0.3f}}, held, elsewhere(), 60, g);
  CHECK(distance(x) < bound);
  CHECK(held.completed(x).to_vector()[1] == 1.5f);
}

TEST_CASE("hmc on a masked energy samples the free coordinates given the held ones") {
  // two steps: three would turn one diagonal by nearly π, which mirrors chains and lets them forget nothing
  jem::rng g{2};
  CHECK(distance(jem::evolve(jem::hmc{{.step_size = 0.6f, .steps = 2}}, held, elsewhere(), 30, g)) < bound);
}

TEST_CASE("sgld on a masked energy, or holding coordinates itself, has the law of its autoregression given the held ones") {
  const double epsilon = 0.2, wide_even = widening(even, epsilon), wide_odd = widening(odd, epsilon);
  const jem::sgld wanders{.step_size = jem::constant{0.2f}};
  const jem::sgld holds{.step_size = jem::constant{0.2f}, .constraint = jem::hold{held.observed, held.mask}};
  jem::rng g{3};
  const tensor free = jem::evolve(wanders, held, elsewhere(), 60, g), fixed = jem::evolve(holds, whole, elsewhere(), 60, g);
  CHECK(distance(free, wide_even, wide_odd) < bound);
  CHECK(distance(fixed, wide_even, wide_odd) < bound);
  CHECK(distance(free) > 2 * bound);  // the tolerance tells it from the target
  for (std::size_t i = 1; i < 30; i += 3) CHECK(fixed.to_vector()[i] == 1.5f);
}

TEST_CASE("the test tells the conditional law from the marginal one") {
  jem::rng g{4};
  CHECK(distance(jem::evolve(jem::hmc{{.step_size = 0.6f, .steps = 2}}, whole, elsewhere(), 30, g)) > 10 * bound);
}
