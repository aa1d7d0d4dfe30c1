// The program of posteriors.md, and of the first lines of samplers.md.
#include "expect.hpp"

#include <jem/jem.hpp>
#include <jem/metrics/summary.hpp>

#include <cmath>
#include <cstdio>

using tensor = jem::tensor<double, jem::eigen>;

// y ~ N(mu, sigma), mu ~ N(0, 10), sigma ~ half-N(0, 10): −log p(mu, sigma | y), up to a constant.
struct model {
  template <class V>
  constexpr V operator()(const V* x) const {
    const V mu = x[0], sigma = x[1];
    V energy = square(mu / 10) / 2 + square(sigma / 10) / 2;
    for (const double y : {4.9, 6.1, 5.4, 4.2, 5.8}) energy += log(sigma) + square((y - mu) / sigma) / 2;
    return energy;
  }
};

// The same with its gradient by hand.
struct model_by_hand {
  constexpr double operator()(const double* x, double* gradient) const {
    const double mu = x[0], sigma = x[1];
    double energy = (mu * mu + sigma * sigma) / 200;
    gradient[0] = mu / 100, gradient[1] = sigma / 100;
    for (const double y : {4.9, 6.1, 5.4, 4.2, 5.8}) {
      const double z = (y - mu) / sigma;
      energy += jem::math::log(sigma) + z * z / 2;
      gradient[0] -= z / sigma;
      gradient[1] += (1 - z * z) / sigma;
    }
    return energy;
  }
};

int main() {
  jem::rng rng{42};
  const jem::variables parameters{jem::variable{"mu"}, jem::variable{"sigma", jem::support::positive{}}};
  const jem::on_support energy{parameters, jem::dual_energy{2, model{}}};
  const auto start                  = jem::normal<tensor>({64, 2}, rng);  // 64 chains
  const auto [kernel, warm, report] = jem::warm_up(jem::hmc{}, energy, start, 500, rng);
  const auto draws                  = parameters.constrain(jem::sample(kernel, energy, warm, 500, rng));  // (500, 64, 2)
  const auto table                  = jem::metrics::summary(draws, parameters.names());
  std::puts(to_string(report).c_str());
  std::puts(to_string(table).c_str());
  expect(table.converged(), "R-hat and effective sizes are good");
  expect(std::abs(table["mu"].mean - 5.26) < 0.05, "the mean of mu is that by quadrature");
  expect(std::abs(table["sigma"].mean - 1.177) < 0.05, "so is that of sigma");

  const jem::row_energy by_hand{2, model_by_hand{}};
  const auto check = jem::check_gradient(by_hand, parameters.constrain(start));
  std::puts(to_string(check).c_str());
}
