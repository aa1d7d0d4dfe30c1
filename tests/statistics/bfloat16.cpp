// SPDX-License-Identifier: MIT
// Compares a long run of a sampler on the energy of a network in bfloat16 with one in float, within the precision of a thousand chains. The
// energy is that of a classifier of the digits plus that of a normal distribution, which makes the density integrable. Langevin dynamics
// samples it in both precisions, with different noise. Each chain gives one number, its mean over the second half of the run, so the
// numbers of 1000 chains are independent, and the difference of two means has the standard deviation √(s₁²/n + s₂²/n). |ξ| > 4.892 has
// probability 1e-6, so that a false alarm in any of three comparisons has probability 3e-6. The last test shows that weights that are a
// tenth larger are found.
#include <jem/backend/eigen.hpp>
#include <jem/data/digits.hpp>
#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/value_and_grad.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

using tensor  = jem::tensor<float, jem::eigen>;
using network = jem::mlp<tensor>;

constexpr jem::index_t chains = 1000;
constexpr double quantile     = 4.892;  // P(|ξ| > 4.892) = 1e-6

/// A classifier of the digits, from 64 pixels.
network digits_network() {
  jem::rng g{1};
  const auto set = jem::data::digits_train<tensor>();
  const auto x   = tensor(set.x).reshaped({set.size(), 64});
  network net({64, 32, 10}, g);
  const jem::adam adam{.learning_rate = jem::constant{1e-2f}};
  auto moments = adam.init(net);
  for (int i = 0; i < 60; ++i) {
    const auto [value, gradient] = jem::value_and_grad(jem::cross_entropy{}, net, {.x = x, .y = set.y});
    adam.step(moments, net, gradient);
  }
  return net;
}

/// For each chain the means, over the run, of its energy in float, of the sum of its pixels and of the sum of their squares.
using numbers = std::array<std::vector<double>, 3>;

template <class Net>
numbers long_run(const Net& net, const network& in_float, std::uint64_t seed) {
  const jem::gaussian<tensor> around(jem::zeros<tensor>({64}), jem::full<tensor>({64}, 1));
  const jem::energy_sum energy{jem::marginal_energy{net}, around};
  const jem::sgld kernel{.step_size = jem::constant{0.1f}};
  jem::rng g{seed};
  tensor x = jem::evolve(kernel, energy, jem::normal<tensor>({chains, 64}, g), 100, g);
  numbers means;
  for (auto& each : means) each.resize(static_cast<std::size_t>(chains));
  constexpr int parts = 20;
  for (int part = 0; part < parts; ++part) {
    x                    = jem::evolve(kernel, energy, x, 5, g);
    const std::array now = {jem::marginal_energy{in_float}.value(x).to_vector(), row_sums(x).to_vector(), row_dots(x, x).to_vector()};
    for (std::size_t k = 0; k < now.size(); ++k) {
      for (std::size_t i = 0; i < now[k].size(); ++i) means[k][i] += static_cast<double>(now[k][i]) / parts;
    }
  }
  return means;
}

struct moments {
  double mean = 0, variance_of_mean = 0;

  explicit moments(const std::vector<double>& x) {
    const auto n = static_cast<double>(x.size());
    for (const double v : x) mean += v / n;
    for (const double v : x) variance_of_mean += (v - mean) * (v - mean) / (n * (n - 1));
  }
};

/// The difference of two means, divided by its standard deviation.
double deviations(const std::vector<double>& a, const std::vector<double>& b) {
  const moments one(a), other(b);
  return std::abs(one.mean - other.mean) / std::sqrt(one.variance_of_mean + other.variance_of_mean);
}

}  // namespace

TEST_CASE("a long run in bfloat16 has the energies and images of one in float, within their standard errors") {
  const auto net      = digits_network();
  const auto in_float = long_run(net, net, 2), in_bfloat16 = long_run(jem::compute_in<jem::bfloat16>(net), net, 3);
  for (std::size_t k = 0; k < in_float.size(); ++k) {
    CAPTURE(k);
    CHECK(deviations(in_float[k], in_bfloat16[k]) < quantile);
  }
}

TEST_CASE("weights that are a tenth larger are found") {
  const auto net = digits_network();
  auto larger    = net;
  scale(larger.layers[0].weight, 1.1f);
  const auto right = long_run(net, net, 2), wrong = long_run(larger, net, 3);
  CHECK(deviations(right[0], wrong[0]) > quantile);
}
