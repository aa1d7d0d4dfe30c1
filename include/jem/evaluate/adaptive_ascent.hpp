// SPDX-License-Identifier: MIT
// Gradient ascent within a ball that chooses its step sizes itself: "Auto-PGD", Croce and Hein, "Reliable evaluation of adversarial
// robustness with an ensemble of diverse parameter-free attacks" (ICML 2020, arXiv:2003.01690), algorithm 1. P is the projection into the
// ball and the range of pixels; for each image, η = 2·r at first, and α = 0.75:
//
//     u ← P(z + η·direction(∂f/∂z)),   z ← P(z + α·(u − z) + (1 − α)·(z − the z before))
//
// At a checkpoint η is halved, and the ascent continues from the best z so far, if f has risen in less than 0.75 of the steps since the
// last checkpoint, or if η was not halved at the last checkpoint and the best f has not risen since then.
#pragma once

#include <jem/evaluate/chase.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace jem::inline v0::evaluate::detail {

/// The numbers of steps after which step sizes are adapted: ⌈p·steps⌉ for p = 0.22, 0.41, 0.57, … below 1, each once, and `steps`.
inline std::vector<index_t> checkpoints(index_t steps) {
  std::vector<index_t> result;
  for (index_t hundredths = 22, gap = 22; hundredths <= 100; hundredths += gap) {
    const index_t at = (hundredths * steps + 99) / 100;
    if (result.empty() || at > result.back()) result.push_back(at);
    gap = (std::max)(gap - 3, index_t{6});
  }
  if (result.back() < steps) result.push_back(steps);
  return result;
}

/// at + α·(ahead − at) + (1 − α)·(at − before)
struct keep_moving {
  template <class V>
  constexpr V operator()(V ahead, V at, V before) const {
    return at + V(0.75) * (ahead - at) + V(0.25) * (at - before);
  }
};
/// Whether to halve a step size, given how often the value rose, whether the best value rose, and whether it was halved last time.
template <class V>
struct gets_nowhere {
  V enough;

  constexpr V operator()(V rises, V improved, V halved) const { return rises < enough || (improved == V{} && halved == V{}) ? V(1) : V(0); }
};
struct halve_where {
  template <class V>
  constexpr V operator()(V step, V chosen) const {
    return chosen != V{} ? step / 2 : step;
  }
};

/// The ascent of the images of a chase. The objective f(logits, y, slope) returns its values (n), and sets its derivative by the logits
/// (n, k), of which only the direction matters. f.keep(rows) removes all other rows.
template <class Net, tensor_value T, class Objective>
struct adaptive_ascent {
  chase<Net, T>* run;
  Objective f;
  T before{};                    // (n, …): where the images were a step ago
  T gradient{};                  // (n, …): of f at z
  T best{}, best_gradient{};     // (n, …): where f was highest
  T value{}, highest{};          // (n): f at z, and at `best`
  T step{};                      // (n): η
  T rises{};                     // (n): steps since the last checkpoint after which f was higher
  T highest_before{}, halved{};  // (n): of the last checkpoint

  /// Computes f and its gradient at z, whose logits have been computed.
  void measure() {
    T slope;
    value    = f(run->logits, run->y, slope);
    gradient = run->gradient(std::move(slope));
  }

  /// Moves to a random start.
  template <class Attack>
  void start(const Attack& a, rng& g) {
    run->start(a, g);
    measure();
    before        = run->z;
    best          = run->z;
    best_gradient = gradient;
    highest = highest_before = value;
    step                     = full<T>(value.extents(), 2 * a.radius());
    rises = halved = zeros<T>(value.extents());
  }

  /// One step of all images.
  template <class Attack>
  void advance(const Attack& a, bool first) {
    T ahead = std::move(gradient);
    a.norm.direct(ahead);
    scale_per_row(ahead, step);
    ahead = run->z + ahead;
    run->bring_back(ahead, a);
    if (!first) {
      ahead = zip(ahead, run->z, before, keep_moving{});
      run->bring_back(ahead, a);
    }
    before      = std::exchange(run->z, std::move(ahead));
    const T was = value;
    run->look();
    measure();
    add_scaled(rises, 1, zip(value, was, greater{}));
    const T higher = zip(value, highest, greater{});
    choose_rows(best, run->z, higher);
    choose_rows(best_gradient, gradient, higher);
    choose_rows(highest, value, higher);
  }

  /// Adapts the step sizes, `count` steps after the last checkpoint.
  void check(index_t count) {
    using V = typename T::value_type;
    halved  = zip(rises, zip(highest, highest_before, greater{}), halved, gets_nowhere<V>{V(0.75) * static_cast<V>(count)});
    apply(step, halved, halve_where{});
    choose_rows(run->z, best, halved);
    choose_rows(gradient, best_gradient, halved);
    choose_rows(value, highest, halved);
    highest_before = highest;
    fill(rises, 0);
  }

  /// Keeps these rows only.
  void keep(const labels<T>& rows) {
    run->keep(rows);
    f.keep(rows);
    const auto gather = [&](auto&... part) { ((part = gather_rows(part, rows)), ...); };
    gather(before, gradient, best, best_gradient, value, highest, step, rises, highest_before, halved);
  }
};

/// One ascent of a.steps steps from a random start. `drop` is called with the ascent after each forward pass, and removes the images that
/// are finished.
template <class Net, tensor_value T, class Attack, class Objective, class Drop>
void ascend(chase<Net, T>& run, const Attack& a, Objective f, rng& g, Drop drop) {
  if (run.size() == 0) return;
  adaptive_ascent<Net, T, Objective> ascent{&run, std::move(f)};
  ascent.start(a, g);
  drop(ascent);
  index_t done = 0;
  for (const index_t checkpoint : checkpoints(a.steps)) {
    const index_t count = checkpoint - done;
    for (; done < checkpoint && run.size() > 0; ++done) {
      ascent.advance(a, done == 0);
      drop(ascent);
    }
    if (run.size() > 0) ascent.check(count);
  }
}

}  // namespace jem::inline v0::evaluate::detail
