// SPDX-License-Identifier: MIT
// The energy fraction of missing information of Betancourt (2016, arXiv:1604.00695): how much of the variation of the energy H = E(x) +
// K(p) new momenta bring in one draw,
//
//     Σ_t (H_t − H_{t−1})² / Σ_t (H_t − mean)²
//
// If it is small, chains walk slowly between levels of energy and may not reach the tails; a common bound is 0.3. H_t is taken at the end
// of a trajectory, with its momentum.
//
// The states of kernels hold E(x) only. But K is d/2 in variance and independent of x for momenta N(0, M) of d numbers, and a good
// trajectory leaves H where it was, so that H_t − H_{t−1} is a new K minus an old one. In equilibrium the fraction is therefore
//
//     d / (d/2 + var E(x)),
//
// 1 for a normal target, whose E(x) has the variance d/2, too. `running_energy_fraction` computes this from the energies of states. It
// is a number for Hamiltonian kernels with such momenta; for others it says how wide the energies are beside those of a normal target.
#pragma once

#include <jem/metrics/rank_scores.hpp>
#include <jem/metrics/streaming_moments.hpp>

namespace jem::inline v0::metrics {

/// The fraction of each chain from the energies H (k, n) of its k draws, with the divisors k − 1 of Stan and ArviZ. NaN for fewer than two
/// draws, constant energies and those that are not finite. Throws std::invalid_argument unless there are two axes.
template <tensor_value T>
std::vector<double> energy_fraction(const T& energies) {
  expect_rank("energy_fraction", 2, energies.extents());
  std::vector<double> result;
  for (const auto& chain : detail::host_draws("energy_fraction", energies)[0]) {
    double steps = 0;
    for (std::size_t t = 1; t < chain.size(); ++t) steps += (chain[t] - chain[t - 1]) * (chain[t] - chain[t - 1]);
    result.push_back(steps / (static_cast<double>(chain.size()) - 1) / detail::variance(chain));
  }
  return result;
}

/// An observer of states with energies, those of `metropolis` kernels: d / (d/2 + var E(x)) of each chain.
class running_energy_fraction {
 public:
  /// The observer's call. Throws std::invalid_argument for another number of chains than before.
  template <class S, class Info>
    requires requires(const S& s) { s.energy.to_vector(); }
  void operator()(index_t, const S& state, const Info&) {
    const auto energies = state.energy.to_vector();
    if (chains_.empty()) chains_.resize(energies.size());
    expect_shape("running_energy_fraction", shape{std::ssize(chains_)}, state.energy.extents());
    numbers_ = static_cast<double>(state.position.extents().row_size());
    for (std::size_t c = 0; c < energies.size(); ++c) chains_[c].add(static_cast<double>(energies[c]));
  }

  /// That of each chain; NaN for fewer than two draws and for energies that are not finite.
  std::vector<double> result() const {
    std::vector<double> all;
    for (const auto& chain : chains_) all.push_back(fraction(chain));
    return all;
  }

  /// That of all chains together, which is smaller if chains stay on different levels of energy.
  double together() const {
    streaming_moments all;
    for (const auto& chain : chains_) all.merge(chain);
    return fraction(all);
  }

 private:
  double fraction(const streaming_moments& energy) const { return numbers_ / (numbers_ / 2 + energy.variance()); }

  double numbers_ = 0;                     // d, those of a chain
  std::vector<streaming_moments> chains_;  // of E(x)
};

}  // namespace jem::inline v0::metrics
