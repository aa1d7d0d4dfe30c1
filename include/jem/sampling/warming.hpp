// SPDX-License-Identifier: MIT
// A warm-up of Hamiltonian Monte Carlo in progress. Three things are learned at the same time:
//
//   the step size ε               dual_averaging.hpp: by the harmonic mean of the chains' acceptance; by the acceptance if they are few
//   the scales of coordinates     metric_windows.hpp: first from the starts, then in windows that grow
//   the mean length T             chees.hpp: between half and twice that for a normal with the largest variance in any direction
//                                 (largest_variance.hpp), which is also where each window starts; if chains are few, it is that length
//
// Trajectories have lengths (½ + h)·T with h of the Halton sequence ½, ¼, ¾, …, so that a window has all lengths.
//
// Lost chains are brought back at the ends of windows (lost_chains.hpp).
#pragma once

#include <jem/sampling/adaptation_report.hpp>
#include <jem/sampling/chees.hpp>
#include <jem/sampling/dual_averaging.hpp>
#include <jem/sampling/first_step_size.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/largest_variance.hpp>
#include <jem/sampling/lost_chains.hpp>
#include <jem/sampling/metric_windows.hpp>
#include <jem/sampling/trajectory.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace jem::inline v0 {

/// The settings of a warm-up.
struct adaptation {
  in_unit_interval<"adaptation", "acceptance"> acceptance = 0.651f;  ///< the target; raise it if there are late divergences
  at_least<"adaptation", "most_steps", 1> most_steps      = 1000;    ///< of a trajectory
};

namespace detail {

/// 1 for an acceptance probability of 0, else 0.
struct is_zero {
  template <class V>
  constexpr V operator()(V a) const {
    return a > V(0) ? V(0) : V(1);
  }
};

/// Finds ε, T and the metric while it moves chains. With one_step there is one step in each trajectory, and no T.
template <class Integrator, tensor_value T>
class warming {
 public:
  using proposal = hamiltonian<Integrator, diagonal_metric<T>>;

  static constexpr index_t fewest_for_chees = 4;  ///< chains; the mean of fewer follows each of them too closely

  /// `first` has the metric and the step size to start with.
  warming(const adaptation& settings, const proposal& first, bool one_step, index_t chains)
      : settings_(settings),
        proposal_(first),
        one_step_(one_step),
        few_(chains < fewest_for_chees),
        windows_(numbers(first.metric.scale)),
        leading_(first.metric.scale.size()),
        lost_(chains),
        rule_{settings.acceptance, few_ ? 0.75f : 0.5f, 1} {
    report_.chains = chains;
  }

  /// Moves the chains by `steps` transitions. The scales are first estimated from the starts if `from_starts`.
  template <differentiable_energy<T> E>
  void run(const E& e, point<T>& state, index_t steps, bool from_starts, rng& g) {
    const auto ends    = few_ ? ends_of_windows(steps, (std::max)(steps / 20, index_t{5}), 2)
                              : ends_of_windows(steps, (std::max)(steps / 50, index_t{4}), 1.5);
    report_.iterations = steps;
    report_.gradients  = report_.chains;  // of the starts
    windows_.add(state);
    if (from_starts) windows_.finish();
    start_window(e, state, g);
    const index_t most = settings_.most_steps;
    auto end           = ends.begin();
    for (index_t k = 1; k <= steps; ++k) {
      if (k == steps - steps / 10 + 1) start_counting();
      iterate(e, state, k, end == ends.begin() ? (std::min)(most, first_steps) : most, g);
      if (end == ends.end() || k != *end) continue;
      leading_.rescale(windows_.finish());
      if (!few_ && end != ends.begin()) brought_back_ += lost_.bring_back(state);
      lost_.begin_window();
      start_window(e, state, g);
      ++end;
    }
    finish();
  }

  /// The kernel to keep, after the run.
  template <class Trajectory>
  metropolis<hamiltonian<Integrator, diagonal_metric<T>, Trajectory>> kernel() const {
    return {{static_cast<float>(report_.step_size), report_.steps, proposal_.integrate, proposal_.metric, {}}};
  }

  const adaptation_report& report() const { return report_; }  ///< after the run

 private:
  using V = typename T::value_type;

  static constexpr index_t first_steps     = 16;    // the most in the first window, when nothing is known
  static constexpr double least_acceptance = 0.01;  // of a chain in the harmonic mean, so that one stuck chain does not stop all others

  static std::vector<double> numbers(const T& scale) {
    const auto values = scale.to_vector();
    return {values.begin(), values.end()};
  }

  /// Adapts step size and length anew, to a metric that has changed.
  template <class E>
  void start_window(const E& e, const point<T>& state, rng& g) {
    proposal_.metric           = {windows_.scale()};
    const auto [first, trials] = first_step_size(proposal_, e, state, proposal_.step_size, g);
    proposal_.step_size        = first;
    step_                      = rule_.init(first);
    length_                    = length_rule_.init(usual_length());
    report_.gradients += trials * report_.chains;
  }

  /// The best mean length for a normal with the same largest variance.
  double usual_length() const { return chees::of_unit_normal * std::sqrt(leading_.value()); }

  template <class E>
  void iterate(const E& e, point<T>& state, index_t k, index_t most, rng& g) {
    proposal_.step_size = step_.step_size();
    const double wanted = (0.5 + halton(k)) * length_.length() / proposal_.step_size;
    const auto steps    = one_step_ ? index_t{1} : nearest_steps(wanted, most);
    T momentum          = normal<T>(state.position.extents(), g);  // (n, …)
    point<T> to;
    const T correction = proposal_.follow(e, state, to, momentum, steps);  // (n)
    const T before     = windows_.whitened(state.position, few_);          // (n, d)
    const auto info    = accept<true>(state, to, correction, g);
    const auto a       = info.acceptance_probability.to_vector();
    rule_.step(step_, few_ ? mean(info.acceptance_probability) : harmonic_mean(std::span<const V>(a), least_acceptance));
    lost_.add(state.energy);
    windows_.add(state);
    report_.gradients += steps * report_.chains;
    count_transitions(report_, info, ++counted_);
    if (one_step_) return;
    leading_.add(before, before.extent(0) - (few_ ? 0 : 1));
    choose_rows(to.position, state.position, map(info.acceptance_probability, is_zero{}));  // a weight of 0 needs a finite position
    learn_length(few_ ? 0
                      : chees_slope(before, as_matrix(to.position), as_matrix(momentum), a, windows_.inverse(),
                                    static_cast<double>(steps) * proposal_.step_size));
  }

  void learn_length(double slope) {
    const double step_size = proposal_.step_size, high = static_cast<double>(settings_.most_steps) * step_size, usual = usual_length();
    if (few_) {
      length_ = length_rule_.init(std::clamp(usual, step_size, high));
    } else {
      length_rule_.step(length_, slope, std::clamp(usual / 2, step_size, high), std::clamp(2 * usual, step_size, high));
    }
  }

  void start_counting() {
    report_.late_divergences = 0;
    report_.acceptance       = 0;
    counted_                 = 0;
  }

  void finish() {
    report_.step_size = static_cast<double>(step_.averaged());
    report_.metric    = windows_.scales();
    report_.steps     = one_step_ ? 1 : nearest_steps(length_.averaged() / report_.step_size, settings_.most_steps);
    report_.length    = static_cast<double>(report_.steps) * report_.step_size;
    write_notes();
  }

  void write_notes() {
    auto& notes = report_.notes;
    if (one_step_) notes.push_back("A trajectory has one step: its length is not adapted.");
    if (few_ && !one_step_) {
      notes.push_back(concat("Fewer than ", fewest_for_chees,
                             " chains: the length is not adapted by ChEES. It is that for a normal with the ",
                             "largest variance of the draws."));
    }
    if (const index_t still = windows_.without_variance(); still > 0) {
      notes.push_back(concat("Coordinates that did not move: ", still, ". They have kept the scale that they had."));
    }
    if (brought_back_ > 0) {
      notes.push_back(concat("Chains whose energy stayed far above that of the others: ", brought_back_,
                             ". Each has gone on from the position of another chain."));
    }
    if (report_.late_divergences > 0) {
      notes.push_back("There were divergences in the last tenth: a higher adaptation::acceptance makes smaller steps.");
    }
    if (report_.steps == settings_.most_steps && !one_step_)
      notes.push_back("Trajectories would be longer without adaptation::most_steps.");
  }

  adaptation settings_;
  proposal proposal_;
  bool one_step_, few_;
  metric_windows<T> windows_;
  largest_variance<T> leading_;
  lost_chains lost_;
  dual_averaging rule_;
  dual_averaging::state step_{};
  chees length_rule_{};
  chees::state length_{};
  adaptation_report report_{};
  index_t counted_      = 0;  // transitions in report_.acceptance
  index_t brought_back_ = 0;
};

}  // namespace detail

}  // namespace jem::inline v0
