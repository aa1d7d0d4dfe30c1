// SPDX-License-Identifier: MIT
// Training that goes back to an earlier state when it fails: a guard calls the step of a trainer and keeps states that have proved good.
// When its monitor raises an alarm, it returns to the last of these states, and goes on with other random numbers and gentler settings.
//
//     const auto trainer = [&](const jem::remedies& r) { return my_trainer(r.learning_rate * 1e-3f, …); };
//     jem::training_guard guard(state, {.dimension = 64, .classes = 10});
//     while (state.iteration < iterations) info = guard.step(trainer, state);
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/random.hpp>
#include <jem/core/setting.hpp>
#include <jem/optim/clip.hpp>
#include <jem/train/divergence_error.hpp>
#include <jem/train/monitor.hpp>
#include <jem/train/states_in_memory.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace jem::inline v0 {

/// How a guard has changed the settings of a run: factors for four of them, and bounds for two.
struct remedies {
  float learning_rate  = 1;  ///< factor
  float step_size      = 1;  ///< factor of the sampler's step
  float noise          = 1;  ///< factor of the sampler's noise
  float penalty        = 0;  ///< smallest weight of energy_penalty; 0 if the guard sets none
  float gradient_limit = 0;  ///< bound on the gradient's norm; 0 if the guard sets none
  float steps          = 1;  ///< factor of K, the sampler's steps in an iteration; from 1 to 4

  /// What a checkpoint holds of it.
  static void each_part(auto& self, auto f) {
    f("learning_rate", self.learning_rate), f("step_size", self.step_size), f("noise", self.noise);
    f("penalty", self.penalty), f("gradient_limit", self.gradient_limit), f("steps", self.steps);
  }
};

/// When a state counts as good, how often a guard goes back, and what it changes then. Factors of 1, and a weight of 0, change nothing.
struct guard_options {
  at_least<"guard_options", "proof", 1> proof = 50;  ///< steps without an alarm after which the state before them counts as good
  at_least<"guard_options", "tries", 0> tries = 8;   ///< how often it goes back, since the last new good state, before it gives up
  positive<"guard_options", "learning_rate"> learning_rate = 0.4f;  ///< factor, except at the first alarms of samples and of energies
  positive<"guard_options", "step_size"> step_size = 0.4f;   ///< factor when samples leave their range, to the power n at the n-th try
  positive<"guard_options", "noise"> noise         = 0.4f;   ///< factor when samples leave their range, to the same power
  not_negative<"guard_options", "penalty"> penalty = 0.01f;  ///< weight when energies leave their scale; times 10 at each further alarm
  not_negative<"guard_options", "gradient_limit"> gradient_limit = 10;  ///< in levels of the norm; when gradient or weights jump
  positive<"guard_options", "steps"> steps = 1.5f;  ///< factor when, at a later try, energies of samples are too far above those of data
};

/// A step after which a guard went back.
struct intervention {
  index_t iteration = 0;  ///< of the step that raised the alarm
  index_t back_to   = 0;  ///< the iteration that the run continues with
  finding cause;          ///< why
  remedies now;           ///< the changes of settings from now on
  index_t tries = 0;      ///< how often the guard has gone back since the last state that proved good
};

/// The states that a run can go back to, and the monitor that decides when it does. Keep stores two states: in memory, so that a copy of
/// the guard is a checkpoint in memory, or in files (io/states_on_disk.hpp). A guard's decisions depend on the steps' results only.
template <class State, state_keeper<State> Keep = states_in_memory<State>>
class training_guard {
 public:
  /// Starts with a state, which counts as good.
  explicit training_guard(const State& state, const monitor_options& watched = {}, const guard_options& options = {})
    requires std::constructible_from<Keep, const State&>
      : training_guard(state, Keep(state), watched, options) {}

  /// The same where the states are kept elsewhere: both states in `kept` have to be this one.
  training_guard(const State& state, Keep kept, const monitor_options& watched = {}, const guard_options& options = {})
      : options_(options), monitor_(watched), kept_(std::move(kept)) {
    monitor_.restart(global_norm(state.net));
  }

  /// One step of the trainer that make(remedies) returns. When it raises an alarm, the state goes back to the last good one; `intervened`
  /// then says why, and the result is that of the failed step. Throws divergence_error when it has gone back `tries` times in vain: the
  /// state is then the last good one. Throws what the keeper throws when it cannot load a state.
  template <class Make>
  training_info step(const Make& make, State& state) {
    last_.reset();
    training_info info{.iteration = state.iteration};
    std::optional<finding> wrong;
    try {
      info  = make(std::as_const(now_)).step(state);
      wrong = monitor_.watch(info);
    } catch (const divergence_error& error) {
      info.loss = std::numeric_limits<double>::quiet_NaN();
      wrong     = finding{alarm::not_finite, error.what()};
    }
    if (wrong) {
      go_back(state, info, *std::move(wrong));
    } else if (state.iteration - kept_.candidate() >= options_.proof && monitor_.has_learned() && monitor_.is_in_scale()) {
      if (kept_.prove(state)) tries_ = 0;
    }
    return info;
  }

  const std::optional<intervention>& intervened() const { return last_; }    ///< what the last step led to, if it raised an alarm
  decltype(auto) good(const State& like) const { return kept_.good(like); }  ///< the last state that has proved good, of the form of `like`
  /// The same, if the keeper has it in memory.
  const State& good() const
    requires requires(const Keep& k) { k.good(); }
  {
    return kept_.good();
  }
  Keep& kept() { return kept_; }                            ///< where the states are
  const Keep& kept() const { return kept_; }                ///< where the states are
  const remedies& now() const { return now_; }              ///< what the guard has changed so far
  const monitor& levels() const { return monitor_; }        ///< the levels that steps are compared with
  index_t interventions() const { return interventions_; }  ///< how often it has gone back so far

  /// What a checkpoint holds of it.
  static void each_part(auto& self, auto f) {
    f("monitor", self.monitor_), f("kept", self.kept_), f("now", self.now_);
    f("tries", self.tries_), f("interventions", self.interventions_);
  }

 private:
  void go_back(State& state, const training_info& failed, finding cause) {
    kept_.go_back(state);
    if (tries_ >= options_.tries) {
      throw divergence_error(concat("[guard] expected a run that goes on after ", tries_, " changes of its settings, but at iteration ",
                                    failed.iteration, ": ", cause.reason),
                             failed.iteration);
    }
    ++tries_, ++interventions_;
    change(cause, failed.energy_gap());
    state.random.key ^= static_cast<std::uint64_t>(interventions_) * 0x9e37'79b9'7f4a'7c15u;  // other random numbers than before
    kept_.reseed(state.random);
    last_ = {failed.iteration, state.iteration, std::move(cause), now_, tries_};
    monitor_.restart(global_norm(state.net));
  }

  /// A jump of the weights is proportional to the learning rate, and the distance that samples move to their steps: so both are divided by
  /// the excess as well. Each further try also lowers the learning rate, and a rate that is too low learns nothing: so the n-th try since
  /// the last good state changes the steps by the power n. Samples whose energies stay above those of the data come from chains that are
  /// too short.
  void change(const finding& cause, double gap) {
    const auto of_samples = cause.what == alarm::samples, of_energies = cause.what == alarm::energies || cause.what == alarm::trend;
    if (!is_for_others(of_samples, of_energies)) now_.learning_rate *= options_.learning_rate;
    if (cause.what == alarm::weights) now_.learning_rate /= static_cast<float>((std::min)(cause.excess, 1e30));
    if (of_samples) {
      const auto excess = static_cast<float>((std::min)(cause.excess, 1000.0));
      const auto tries  = static_cast<float>(tries_);
      now_.step_size *= std::pow(options_.step_size, tries) / excess, now_.noise *= std::pow(options_.noise, tries) / excess;
    }
    if (of_energies) now_.penalty = now_.penalty > 0 ? 10 * now_.penalty : static_cast<float>(options_.penalty);
    if (of_energies && tries_ > 1 && gap > 0) now_.steps = (std::min)(now_.steps * static_cast<float>(options_.steps), most_steps);
    if (cause.what == alarm::gradient || cause.what == alarm::weights || cause.what == alarm::not_finite) {
      const auto limit = options_.gradient_limit * static_cast<float>(monitor_.gradient_level());
      if (limit > 0) now_.gradient_limit = now_.gradient_limit > 0 ? (std::min)(now_.gradient_limit, limit) : limit;
    }
  }

  /// Whether another setting changes first, and the learning rate stays: the steps if samples leave their range, the penalty for energies.
  bool is_for_others(bool of_samples, bool of_energies) const {
    return (of_samples && now_.step_size == 1 && options_.step_size < 1) || (of_energies && now_.penalty == 0 && options_.penalty > 0);
  }

  static constexpr float most_steps = 4;  // so an iteration takes at most about four times as long as before

  guard_options options_;
  monitor monitor_;
  Keep kept_;
  remedies now_;
  index_t tries_ = 0, interventions_ = 0;
  std::optional<intervention> last_;
};

}  // namespace jem::inline v0
