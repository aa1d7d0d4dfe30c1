// SPDX-License-Identifier: MIT
// Projected gradient descent on the image: Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep learning models resistant
// to adversarial attacks" (2018, arXiv:1706.06083), with random restarts. It ascends the cross-entropy:
//
//     z ← clamp(Π(z + η·direction(∂CE(z, y)/∂z))),   η = 2.5·r/steps,   Π the projection into the ball ‖z − x‖ ≤ r
//
// ε is in pixel units of [0, 1], as in the literature; r = ε·pixel_range is in the units of the data: for data in [−1, 1], 2ε.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/evaluate/chase.hpp>
#include <jem/tensor/cross_entropy.hpp>

namespace jem::inline v0::evaluate {

/// Settings of an attack. The images have to lie in [low, low + pixel_range], and so do the adversarial ones.
template <class Norm = linf>
struct pgd {
  Norm norm{};                                              ///< linf or l2
  not_negative<"pgd", "epsilon"> epsilon     = 8.0f / 255;  ///< ≥ 0, for pixels in [0, 1]
  at_least<"pgd", "steps", 1> steps          = 40;          ///< of a restart, ≥ 1
  at_least<"pgd", "restarts", 1> restarts    = 5;           ///< random starts, ≥ 1
  finite<"pgd", "low"> low                   = -1;          ///< the darkest pixel of the data
  positive<"pgd", "pixel_range"> pixel_range = 2;           ///< how wide the data's range is, > 0: 2 for [−1, 1]

  /// The ball's radius in the units of the data.
  float radius() const { return epsilon * pixel_range; }
  /// The brightest pixel of the data.
  float high() const { return low + pixel_range; }
};

namespace detail {

/// One step; the logits are still those before it.
template <class Net, tensor_value T, class Attack>
void climb(chase<Net, T>& run, const Attack& a) {
  T gradient = run.gradient(rival_slope(run.logits, run.y));  // (n, …)
  a.norm.direct(gradient);
  add_scaled(run.z, 2.5f * a.radius() / static_cast<float>(a.steps), gradient);
  run.bring_back(run.z, a);
}

template <class Net, tensor_value T, class Norm>
void take_step(chase<Net, T>& run, const pgd<Norm>& a) {
  climb(run, a);
  run.look();
}

}  // namespace detail

/// The share of images (n, …) with labels (n) that are classified correctly, and still are after every step of every restart: an
/// image is counted as robust only if all of them failed. Images are attacked in parts of `part`, on which the random numbers depend.
/// NaN without images. Throws std::invalid_argument for images out of range, and labels that are no classes.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
double robust_accuracy(const Net& net, const T& x, const labels<T>& y, const pgd<Norm>& a, rng& g, index_t part = 500) {
  detail::check_images("pgd", x, y, a.low, a.high());
  return detail::share_left(net, x, y, part, [&](detail::chase<Net, T>& run) {
    run.drop_fallen();
    for (index_t restart = 0; restart < a.restarts && run.size() > 0; ++restart) {
      run.start(a, g);
      for (index_t step = 0; step < a.steps && run.size() > 0; ++step) {
        detail::take_step(run, a);
        run.drop_fallen();
      }
    }
  });
}

/// The adversarial images (n, …): of each, the one with the highest cross-entropy that any step of any restart has seen, not
/// the last; the clean image if none was higher. Throws as robust_accuracy.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
T perturb(const Net& net, const T& x, const labels<T>& y, const pgd<Norm>& a, rng& g, index_t part = 500) {
  detail::check_images("pgd", x, y, a.low, a.high());
  T worst = x;  // (n, …)
  detail::for_chases(net, x, y, part, [&](index_t first, detail::chase<Net, T>& run) {
    check_labels("pgd", run.y, run.logits.extent(1));
    T best    = run.x;
    T highest = log_odds_against(run.logits, run.y);  // (n), rises with the cross-entropy
    for (index_t restart = 0; restart < a.restarts; ++restart) {
      run.start(a, g);
      for (index_t step = 0; step < a.steps; ++step) {
        detail::take_step(run, a);
        const T odds   = log_odds_against(run.logits, run.y);
        const T higher = zip(odds, highest, detail::greater{});
        choose_rows(best, run.z, higher);
        choose_rows(highest, odds, higher);
      }
    }
    copy_into(worst.rows(first, run.size()), best);
  });
  return worst;
}

}  // namespace jem::inline v0::evaluate
