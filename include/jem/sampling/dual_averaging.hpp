// SPDX-License-Identifier: MIT
// A step size that reaches a target acceptance δ. After the k-th transition, with acceptance a,
//
//     H̄ ← (1 − 1/(k + 10))·H̄ + (δ − a)/(k + 10),   log ε = log(ahead·ε₀) − (√k / 0.05)·H̄
//
// and the step size to keep is that of the average of log ε with weights k^−κ. Nesterov (2009); Hoffman and Gelman, "The no-U-turn sampler"
// (2014, arXiv:1111.4246), section 3.2. For many chains, Hoffman, Radul and Sountsov, "An adaptive-MCMC scheme for setting trajectory
// lengths in Hamiltonian Monte Carlo" (2021) take for a the harmonic mean over the chains, which the slowest chains dominate.
#pragma once

#include <jem/core/setting.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace jem::inline v0 {

/// The step size of a chain during warm-up: init, then step after each transition.
struct dual_averaging {
  in_unit_interval<"dual_averaging", "acceptance"> acceptance = 0.8f;   ///< δ, the target
  positive<"dual_averaging", "decay"> decay                   = 0.75f;  ///< κ of the weights k^−κ
  positive<"dual_averaging", "ahead"> ahead                   = 10;     ///< how much larger than ε₀ the steps are that it tries first

  /// Step sizes are kept as logarithms.
  struct state {
    double center, current, average;  ///< log(ahead·ε₀), log ε, and the average of log ε
    double error    = 0;              ///< H̄
    index_t updates = 0;              ///< k

    float step_size() const { return static_cast<float>(std::exp(current)); }  ///< for the next transition
    float averaged() const { return static_cast<float>(std::exp(average)); }   ///< for the kernel that is kept
  };

  /// Starts at ε₀ > 0.
  state init(double first) const {
    const double start = std::log(first);
    return {start + std::log(static_cast<double>(ahead)), start, start};
  }

  /// Learns the acceptance of a transition. NaN counts as 0. Step sizes stay within e^±60.
  void step(state& s, double a) const {
    const auto k   = static_cast<double>(++s.updates);
    const double w = 1 / (k + 10);
    s.error        = (1 - w) * s.error + w * (acceptance - (a >= 0 ? a : 0));
    s.current      = std::clamp(s.center - std::sqrt(k) / 0.05 * s.error, -60.0, 60.0);
    s.average += std::pow(k, -static_cast<double>(decay)) * (s.current - s.average);
  }
};

/// n / Σ 1/max(aᵢ, floor) for acceptance probabilities. The floor bounds the influence of a single chain that cannot move. 0 without
/// chains.
template <class V>
double harmonic_mean(std::span<const V> a, double floor) {
  double total = 0;
  for (const V value : a) total += 1 / (std::max)(static_cast<double>(value), floor);
  return a.empty() ? 0 : static_cast<double>(a.size()) / total;
}

}  // namespace jem::inline v0
