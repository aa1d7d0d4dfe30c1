// SPDX-License-Identifier: MIT
// Draws of chains for the tests of diagnostics.
#pragma once

#include <jem/core/random.hpp>
#include <jem/tensor/tensor.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace test {

/// (k, n): n stationary autoregressions x ← φ·x + √(1 − φ²)·ξ of variance 1.
template <class T>
T autoregressions(jem::index_t k, jem::index_t n, double phi, std::uint64_t seed) {
  using V = typename T::value_type;
  const jem::random_stream stream{seed, 0};
  std::vector<V> x(static_cast<std::size_t>(k * n));
  for (jem::index_t i = 0; i < k * n; ++i) {
    const double fresh = stream.normal(i), last = i < n ? 0 : static_cast<double>(x[static_cast<std::size_t>(i - n)]);
    x[static_cast<std::size_t>(i)] = static_cast<V>(i < n ? fresh : phi * last + std::sqrt(1 - phi * phi) * fresh);
  }
  return T({k, n}, x);
}

/// (k, n): x ← φ·x + u with u uniform by a congruential generator, chain after chain: numbers that another program can make, too.
/// Rounded down to multiples of 2⁻²⁰, so that sums and distances are exact, and equal where they should be.
inline std::vector<std::vector<double>> congruential_chains(std::uint32_t seed, std::uint32_t n, int k, double phi) {
  std::vector<std::vector<double>> chains;
  for (std::uint32_t c = 0; c < n; ++c) {
    std::uint32_t state = seed + 7919 * c;
    double x            = 0;
    auto& chain         = chains.emplace_back();
    for (int i = 0; i < k; ++i) {
      state = 1664525 * state + 1013904223;
      x     = phi * x + (state / 4294967296.0 - 0.5);
      chain.push_back(std::floor(x * 1048576) / 1048576);
    }
  }
  return chains;
}

/// Chains of unlike kinds, for which tests/metrics/ess.cpp and mcse.cpp have the numbers of another program.
inline std::map<std::string, std::vector<std::vector<double>>> golden_chains() {
  std::map<std::string, std::vector<std::vector<double>>> all{
      {"autoregressive", congruential_chains(1, 4, 200, 0.7)}, {"antithetic, odd", congruential_chains(2, 3, 151, -0.6)},
      {"random walks", congruential_chains(3, 2, 40, 1)},      {"heavy tails", congruential_chains(4, 4, 100, 0)},
      {"rounded", congruential_chains(5, 2, 120, 0.5)},        {"of different widths", congruential_chains(6, 4, 80, 0.3)},
      {"short", congruential_chains(7, 2, 10, 0.2)},           {"one chain", congruential_chains(8, 1, 64, 0.9)},
      {"slow", congruential_chains(21, 1, 4000, 0.99)},        {"slow, odd", congruential_chains(22, 2, 1501, 0.999)},
      {"many slow", congruential_chains(23, 40, 100, 0.95)}};
  for (auto& chain : all["heavy tails"]) {
    for (double& value : chain) value = std::floor(1024 / value) / 1024;
  }
  for (auto& chain : all["rounded"]) {
    for (double& value : chain) value = std::floor(4 * value);
  }
  for (double& value : all["of different widths"][3]) value *= 3;
  return all;
}

/// [chain][draw] → (k, n)
template <class T>
T draws_of(const std::vector<std::vector<double>>& chains) {
  std::vector<typename T::value_type> values;
  for (std::size_t i = 0; i < chains[0].size(); ++i) {
    for (const auto& chain : chains) values.push_back(static_cast<typename T::value_type>(chain[i]));
  }
  return T({std::ssize(chains[0]), std::ssize(chains)}, values);
}

}  // namespace test
