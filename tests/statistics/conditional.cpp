// SPDX-License-Identifier: MIT
// If some coordinates are held, samplers draw the others from their conditional distribution. The middle one of three correlated normals
// with precision matrix P is held at 1.5. The outer two then have the precision of their block of P, with eigenvalues λ along both
// diagonals, and the mean −P_ff⁻¹·P_fh·1.5. 50 000 chains start elsewhere and run until their start no longer matters. Five projections are
// compared by the bound of Dvoretzky, Kiefer and Wolfowitz, 0.012 for δ = 1e-6. With 20 such tests, a false alarm in any of them has
// probability at most 2e-5.
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

/// The eigenvalue of the precision and the mean along a diagonal of the free coordinates.
struct direction {
  double lambda, mean;
};
const direction even{2 + 0.8, -(0.9 - 0.5) * 1.5 / std::sqrt(2.0) / (2 + 0.8)};
const direction odd{2 - 0.8, -(0.9 + 0.5) * 1.5 / std::sqrt(2.0) / (2 - 0.8)};

const jem::row_energy whole{3, three_normals{}};
const auto held = jem::masked(whole, tensor({3}, {0, 1.5f, 0}), tensor({3}, {0, 1, 0}));

/// The largest distance of five projections from their distributions, where the diagonals have variances 1/λ times these factors.
double distance(const tensor& x, double widens_even = 1, double widens_odd = 1) {
  const auto values = x.to_vector();
  double largest    = 0;
  for (const double angle : {0.0, 0.25, 0.6, 1.0, 1.4}) {                           // in units of π/2
    const double a = std::cos(angle * 1.5707963), b = std::sin(angle * 1.5707963);  // factors of the two diagonals
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

/// The factor 1 / (1 − ελ/2): x ← x − ε∇E + √(2ε)ξ is an autoregression along a diagonal, with variance 1 / (λ·(1 − ελ/2)).
double widening(const direction& d, double epsilon) { return 1 / (1 - epsilon * d.lambda / 2); }

}  // namespace

TEST_CASE("mala on a masked energy draws the free coordinates from their distribution given the held ones") {
  jem::rng g{1};
  const tensor x = jem::evolve(jem::mala{{.step_size = 0.3f}}, held, elsewhere(), 60, g);
  CHECK(distance(x) < bound);
  CHECK(held.completed(x).to_vector()[1] == 1.5f);
}

TEST_CASE("hmc on a masked energy draws the free coordinates from their distribution given the held ones") {
  // Three leapfrog steps would rotate one diagonal by nearly π in phase space, which mirrors chains, so that their start would still
  // matter.
  jem::rng g{2};
  CHECK(distance(jem::evolve(jem::hmc{{.step_size = 0.6f, .steps = 2}}, held, elsewhere(), 30, g)) < bound);
}

TEST_CASE("sgld on a masked energy, or with the constraint hold, has the distribution of its autoregression given the held coordinates") {
  const double epsilon = 0.2, wide_even = widening(even, epsilon), wide_odd = widening(odd, epsilon);
  const jem::sgld wanders{.step_size = jem::constant{0.2f}};
  const jem::sgld holds{.step_size = jem::constant{0.2f}, .constraint = jem::hold{held.observed, held.mask}};
  jem::rng g{3};
  const tensor free = jem::evolve(wanders, held, elsewhere(), 60, g), fixed = jem::evolve(holds, whole, elsewhere(), 60, g);
  CHECK(distance(free, wide_even, wide_odd) < bound);
  CHECK(distance(fixed, wide_even, wide_odd) < bound);
  CHECK(distance(free) > 2 * bound);  // so that the bound would find the target's distribution
  for (std::size_t i = 1; i < 30; i += 3) CHECK(fixed.to_vector()[i] == 1.5f);
}

TEST_CASE("the test finds chains of the marginal distribution instead of the conditional one") {
  jem::rng g{4};
  CHECK(distance(jem::evolve(jem::hmc{{.step_size = 0.6f, .steps = 2}}, whole, elsewhere(), 30, g)) > 10 * bound);
}
