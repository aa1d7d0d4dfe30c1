// SPDX-License-Identifier: MIT
// Tells whether a training run is still healthy: a monitor reads the results of each step (training_info) and names what is wrong. Two
// limits come from the data: no density gives images of D numbers with noise of standard deviation σ in [−r, r] more than
// D·log(2r / (σ√(2πe))) nats above the uniform density, so energies that differ by ten times as much belong to no density; and samples
// whose root mean square is above 3r are not images. The other limits are relative to levels of the run itself, averaged while it was
// healthy. Two running means of the gap between energies, over 10 and 20 steps, give the rate at which the gap grows, so that the alarm
// comes before the gap passes its limit.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/train/training_info.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

namespace jem::inline v0 {

/// What the data allow, and how long a monitor waits.
struct monitor_options {
  at_least<"monitor_options", "dimension", 1> dimension = 1;      ///< D, numbers in an image
  positive<"monitor_options", "reach"> reach            = 1;      ///< r, the largest |number| in an image
  not_negative<"monitor_options", "noise"> noise        = 0.03f;  ///< σ of noise added to the data; 0 means r/127.5, a byte's step
  at_least<"monitor_options", "classes", 0> classes     = 0;      ///< of the labels; 0 for data without labels
  at_least<"monitor_options", "patience", 0> patience   = 0;  ///< steps after which a classifier has to be better than chance; 0 for never
};

/// What is wrong with a run.
enum class alarm {
  not_finite,  ///< loss or gradient is not finite
  energies,    ///< energies are beyond the scale of the data
  trend,       ///< the gap between energies grows so fast that it soon passes its limit
  samples,     ///< samples have left the range of the data
  gradient,    ///< the norm of the gradient is far above its level
  weights,     ///< the norm of the weights has jumped in one update
  accuracy     ///< the accuracy has fallen by half, or is no better than chance
};

/// The name of an alarm: "gradient".
constexpr const char* name_of(alarm a) {
  constexpr const char* names[] = {"not_finite", "energies", "trend", "samples", "gradient", "weights", "accuracy"};
  return names[static_cast<int>(a)];
}

/// An alarm and its reason, with what was expected and what was found.
struct finding {
  alarm what;          ///< the kind of alarm
  std::string reason;  ///< "expected …, but received …"
  double excess = 1;   ///< what was found, in units of the limit: ≥ 1
};

/// Levels of a run, averaged over about twenty steps. A copy continues from the same levels.
class monitor {
 public:
  /// A monitor that has seen no step.
  explicit monitor(const monitor_options& options = {}) : options_(options) {}

  /// The largest difference between energies, in nats, that a density of the data can have; at least 1.
  double energy_scale() const {
    const double reach = options_.reach, noise = options_.noise > 0 ? static_cast<double>(options_.noise) : reach / 127.5;
    const double nats = std::log(2 * reach / (noise * std::sqrt(2 * std::numbers::pi * std::numbers::e)));
    return (std::max)(1.0, static_cast<double>(options_.dimension) * nats);
  }

  /// Reads the results of a step. If they are healthy, adds them to the levels and returns nothing. Otherwise returns what is wrong, and
  /// the levels stay as they were.
  std::optional<finding> watch(const training_info& info) {
    if (auto wrong = check(info)) return wrong;
    const auto enter = [&](double& level, double value) { level = steps_ == 0 ? value : level + (value - level) / span; };
    enter(gradient_, std::log((std::max)(info.gradient_norm, tiny)));
    if (!std::isnan(info.weight_norm)) weights_ = info.weight_norm;
    gap_ = gap_.after(info.energy_gap());
    enter(energies_, largest_energy(info));
    if (!std::isnan(info.accuracy)) {
      enter(accuracy_, info.accuracy);
      if (steps_ >= settled) best_accuracy_ = (std::max)(best_accuracy_, accuracy_);
    }
    ++steps_;
    return {};
  }

  /// Whether the classifier is better than chance, or does not have to be. A guard counts no state as good while this is false.
  bool has_learned() const { return options_.classes < 2 || options_.patience == 0 || accuracy_ >= above_chance(); }

  /// Whether mean energies are within the scale of the data. A run beyond it may continue for long, but an energy penalty would ruin it.
  bool is_in_scale() const { return energies_ <= energy_scale(); }

  double gradient_level() const { return std::exp(gradient_); }  ///< geometric mean of ‖∂L/∂θ‖₂; 1 before the first step
  double accuracy_level() const { return accuracy_; }            ///< mean accuracy on batches; 0 before the first step
  double gap_level() const { return gap_.fast; }                 ///< mean of E(x⁻) − E(x⁺); NaN before the first step with samples
  double gap_slope() const { return gap_.slope(); }              ///< its change in a step, averaged; NaN before the first such step

  /// Forgets all levels, for example after a change of settings. The norm of the weights is then `weight_norm`.
  void restart(double weight_norm) {
    *this    = monitor(options_);
    weights_ = weight_norm;
  }

  /// What a checkpoint holds of it: all but the options.
  static void each_part(auto& self, auto f) {
    f("steps", self.steps_), f("gradient", self.gradient_), f("weights", self.weights_);
    f("accuracy", self.accuracy_), f("best_accuracy", self.best_accuracy_), f("gap", self.gap_.fast), f("slow_gap", self.gap_.slow);
    f("energies", self.energies_);
  }

 private:
  static constexpr double span     = 20;      // steps over which a level is averaged
  static constexpr index_t settled = 40;      // steps before results are compared with levels
  static constexpr double tiny     = 1e-300;  // replaces a gradient norm of zero, which has no logarithm
  static constexpr double ahead    = 50;      // steps ahead to which the gap is extrapolated

  /// Two running means of the gap. If the gap grows by s in each step, a mean of span n stays (n − 1)·s behind it. So s is the difference
  /// of the means divided by the difference of their spans.
  struct gap_means {
    static constexpr double short_span = 10;
    double fast = std::numeric_limits<double>::quiet_NaN(), slow = fast;

    gap_means after(double gap) const {
      if (std::isnan(gap)) return *this;
      if (std::isnan(fast)) return {gap, gap};
      return {fast + (gap - fast) / short_span, slow + (gap - slow) / span};
    }
    double slope() const { return (fast - slow) / (span - short_span); }
  };

  std::optional<finding> check(const training_info& info) const {
    for (const double value : {info.loss, info.gradient_norm}) {
      if (!std::isfinite(value)) return finding{alarm::not_finite, "expected a finite loss and gradient"};
    }
    if (std::isinf(info.weight_norm)) return finding{alarm::weights, "expected finite weights after the update"};
    if (weights_ > 0 && info.weight_norm > 4 * weights_ + 1) {
      return found(alarm::weights, "weights of a norm of at most 4 times that before the update", 4 * weights_ + 1, info.weight_norm);
    }
    const double limit = 3.0 * options_.reach;
    if (info.sample_rms > limit)
      return found(alarm::samples, "samples of a root mean square of at most 3 times the range of the data", limit, info.sample_rms);
    const double scale = energy_scale(), gap = std::abs(info.energy_gap());
    if (gap > 10 * scale) return found(alarm::energies, "samples and data whose energies differ by what a density allows", 10 * scale, gap);
    const double level = largest_energy(info);
    if (level > 100 * scale) return found(alarm::energies, "energies near the scale of the data", 100 * scale, level);
    const gap_means now = gap_.after(info.energy_gap());
    const double soon   = std::copysign(1.0, now.fast) * (now.fast + ahead * now.slope());  // the size of the gap then, if its sign stays
    if (std::abs(now.fast) > scale && soon > 10 * scale) {
      return found(alarm::trend, "a gap between energies that 50 steps on, at its rate, is what a density allows", 10 * scale, soon);
    }
    if (steps_ >= settled && std::log((std::max)(info.gradient_norm, tiny)) > gradient_ + std::log(1000.0)) {
      return found(alarm::gradient, "a gradient below 1000 times its level", 1000 * gradient_level(), info.gradient_norm);
    }
    return check_accuracy();
  }

  std::optional<finding> check_accuracy() const {
    if (options_.classes < 2 || steps_ <= settled) return {};
    if (best_accuracy_ > 3 * chance() && accuracy_ < best_accuracy_ / 2) {
      return found(alarm::accuracy, "at least half of the best mean accuracy on batches", best_accuracy_ / 2, accuracy_);
    }
    if (options_.patience > 0 && steps_ >= options_.patience && accuracy_ < above_chance()) {
      return found(alarm::accuracy, "a mean accuracy on batches that is better than chance", above_chance(), accuracy_);
    }
    return {};
  }

  /// The larger of the absolute mean energies of data and samples; 0 if there are none.
  static double largest_energy(const training_info& info) {
    double largest = 0;
    for (const double energy : {info.energy_data, info.energy_sample}) {
      if (!std::isnan(energy)) largest = (std::max)(largest, std::abs(energy));
    }
    return largest;
  }

  double chance() const { return 1 / static_cast<double>(options_.classes); }

  /// The mean accuracy from which on a classifier counts as better than chance c: 1.5·c, or c + 0.05·(1 − c) if this is lower.
  double above_chance() const { return (std::min)(1.5 * chance(), chance() + 0.05 * (1 - chance())); }

  static finding found(alarm what, const char* expected, double limit, double received) {
    char text[64];
    std::snprintf(text, sizeof text, "%.4g, but received %.4g", limit, received);
    return {what, concat("expected ", expected, ", ", text), (std::max)(1.0, received / limit)};
  }

  monitor_options options_;
  index_t steps_        = 0;
  double gradient_      = 0;  // mean logarithm of the norm
  double weights_       = 0;  // norm after the last healthy update
  double accuracy_      = 0;
  double best_accuracy_ = 0;  // the largest mean accuracy since step number `settled`
  double energies_      = 0;  // mean of largest_energy
  gap_means gap_;
};

}  // namespace jem::inline v0
