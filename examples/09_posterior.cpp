// An energy of your own with its gradient: Bayesian logistic regression by Hamiltonian Monte Carlo, with diagnostics that say whether the
// draws can be trusted.
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/jem.hpp>
#include <jem/metrics/summary.hpp>

#include <cstdio>
#include <vector>

struct posterior {     // −log p(w | x, y), up to a constant: p(w) = N(0, 1), p(y | x, w) = σ(y·wᵀx) for y = ±1
  const float *x, *y;  // (n, 3), (n)
  jem::index_t n;

  float operator()(const float* w, float* gradient) const {  // fills the gradient, returns the energy
    float energy = 0;
    for (int j = 0; j < 3; ++j) {
      energy += w[j] * w[j] / 2;
      gradient[j] = w[j];
    }
    for (jem::index_t i = 0; i < n; ++i) {
      const float* row   = x + 3 * i;
      const float margin = y[i] * (w[0] * row[0] + w[1] * row[1] + w[2] * row[2]);
      energy += jem::math::softplus(-margin);
      for (int j = 0; j < 3; ++j) gradient[j] -= y[i] * row[j] * jem::math::sigmoid(-margin);
    }
    return energy;
  }
};

int main() {
  jem::rng rng{42};
  const float truth[] = {1, -2, 0.5f};
  const auto x = jem::normal<tensor>({200, 3}, rng).to_vector(), coin = jem::uniform<tensor>({200}, 0, 1, rng).to_vector();
  std::vector<float> y;
  for (std::size_t i = 0; i < coin.size(); ++i) {
    const float score = truth[0] * x[3 * i] + truth[1] * x[3 * i + 1] + truth[2] * x[3 * i + 2];
    y.push_back(coin[i] < jem::math::sigmoid(score) ? 1.0f : -1.0f);
  }
  const jem::row_energy energy{3, posterior{x.data(), y.data(), 200}};

  const jem::hmc kernel({.step_size = 0.1f, .steps = 4});
  const auto start = jem::evolve(kernel, energy, 3.0f * jem::normal<tensor>({4, 3}, rng), 200, rng);  // four chains warm up
  const auto draws = jem::sample(kernel, energy, start, 1'000, rng);                                  // (1000, 4, 3)

  const auto table = jem::metrics::summary(draws, {"w1", "w2", "w3"});
  std::puts(to_string(table).c_str());
  for (int j = 0; j < 3; ++j) {
    const auto& row = table.rows[std::size_t(j)];
    std::printf("%s: the truth is %.1f, %+.1f standard deviations from the mean\n", row.name.c_str(), double(truth[j]),
                (double(truth[j]) - row.mean) / row.sd);
  }
  return table.converged() ? 0 : 1;
}
