// SPDX-License-Identifier: MIT
// Projected gradient descent on the image: Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep learning models resistant
// to adversarial attacks" (2018, arXiv:1706.06083), with random restarts. It ascends the cross-entropy:
//
//     z ← clamp(Π(z + η·direction(∂CE(z, y)/∂z))),   η = 2.5·r/steps,   Π the projection into the ball ‖z − x‖ ≤ r
//
// ε is in pixel units of [0, 1], as in the literature; r = ε·pixel_range is in the units of the data: for data in [−1, 1], 2ε.
#pragma once

#include <jem/evaluate/attack_norm.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/metrics/accuracy.hpp>

#include <cstdint>
#include <vector>

namespace jem::inline v0::evaluate {

/// Settings of an attack. The images have to lie in [low, low + pixel_range], and so do the adversarial ones.
template <class Norm = linf>
struct pgd {
  Norm norm{};                     ///< linf or l2
  float epsilon     = 8.0f / 255;  ///< of [0, 1]
  index_t steps     = 40;   ///< of a restart, ≥ 1
  index_t restarts  = 5;    ///< random starts, ≥ 1
  float low         = -1;   ///< the darkest pixel of the data
  float pixel_range = 2;  ///< how wide the data's range is: 2 for [−1, 1]

  /// The ball's radius in the units of the data.
  float radius() const { return epsilon * pixel_range; }
  /// The brightest pixel of the data.
  float high() const { return low + pixel_range; }
};

namespace detail {

struct greater {
  template <class V>
  constexpr V operator()(V a, V b) const {
    return a > b ? V(1) : V(0);
  }
};

template <class Norm>
void check(const pgd<Norm>& a) {
  expect_at_least("pgd", "steps", 1, a.steps);
  expect_at_least("pgd", "restarts", 1, a.restarts);
  if (!(a.epsilon >= 0)) fail("pgd", "epsilon >= 0", std::to_string(a.epsilon));
  if (!(a.pixel_range > 0)) fail("pgd", "a pixel range > 0", std::to_string(a.pixel_range));
}

/// Images under attack, and what the network says of where they are now: one forward pass serves the check of a step and the
/// gradient of the next.
template <class Net, tensor_value T>
struct chase {
  const Net* net;
  T x;          // (n, …): the clean images
  labels<T> y;  // (n)
  T z;          // (n, …): within the ball around x
  T logits{};   // (n, k): at z
  typename Net::template cache<T> cache{};

  void look() {
    cache  = {};
    logits = net->forward(z, cache);
  }

  template <attack_norm<T> Norm>
  void restart(const pgd<Norm>& a, rng& g) {
    z = x + a.norm.template start<T>(x.extents(), a.radius(), g);
    clamp(z, a.low, a.high());
    look();
  }

  template <attack_norm<T> Norm>
  void step(const pgd<Norm>& a) {
    T slope = softmax(logits);  // (n, k): ∂CE/∂f = p(·|x) − 1_y
    add_at(slope, y, -1);
    T gradient = net->backward(std::move(slope), cache, nullptr);  // (n, …)
    a.norm.direct(gradient);
    add_scaled(z, 2.5f * a.radius() / static_cast<float>(a.steps), gradient);
    T difference = z - x;
    a.norm.project(difference, a.radius());
    z = x + difference;
    clamp(z, a.low, a.high());
    look();
  }

  /// Goes on with the images that are still classified rightly: those that fell need no more steps.
  void drop_fallen() {
    const auto right = metrics::correct(logits, y);
    std::vector<std::int32_t> standing;
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (right[i]) standing.push_back(static_cast<std::int32_t>(i));
    }
    if (standing.size() == right.size()) return;
    const labels<T> rows(shape{std::ssize(standing)}, standing);
    x = gather_rows(x, rows);
    y = gather_rows(y, rows);
    z = gather_rows(z, rows);
    if (!standing.empty()) look();
  }
};

/// Images outside the range were meant for another one, and ε with them. What rounding puts outside is let pass.
template <tensor_value T>
void check_images(const T& x, const labels<T>& y, float low, float high) {
  if (x.extents().rank() < 2) fail("pgd", "images (n, …)", to_string(x.extents()));
  expect_shape("pgd", shape{x.extent(0)}, y.extents());
  for (const auto value : x.to_vector()) {
    if (!(value >= low - 1e-4f && value <= high + 1e-4f)) {
      fail("pgd", "images in [" + std::to_string(low) + ", " + std::to_string(high) + "]", std::to_string(value));
    }
  }
}

}  // namespace detail

/// The share of images (n, …) with labels (n) that are classified rightly, and still are after every step of every restart: an
/// image is counted robust only if all of them failed. `part` images at a time, and the random numbers depend on the parts.
/// NaN without images. Throws std::invalid_argument for settings out of range, and labels that are no classes.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
double robust_accuracy(const Net& net, const T& x, const labels<T>& y, const pgd<Norm>& a, rng& g, index_t part = 500) {
  detail::check(a);
  detail::check_images(x, y, a.low, a.high());
  index_t robust = 0;
  for_parts(x.extent(0), part, [&](index_t first, index_t count) {
    const T images(x.rows(first, count));
    detail::chase<Net, T> run{&net, images, labels<T>(y.rows(first, count)), images};
    run.look();
    run.drop_fallen();
    for (index_t restart = 0; restart < a.restarts && run.x.extent(0) > 0; ++restart) {
      run.restart(a, g);
      for (index_t step = 0; step < a.steps && run.x.extent(0) > 0; ++step) {
        run.step(a);
        run.drop_fallen();
      }
    }
    robust += run.x.extent(0);
  });
  return static_cast<double>(robust) / static_cast<double>(x.extent(0));
}

/// The adversarial images (n, …): of each, the one with the highest cross-entropy that any step of any restart has seen, not
/// the last; the clean image if none was higher. Throws as robust_accuracy.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
T perturb(const Net& net, const T& x, const labels<T>& y, const pgd<Norm>& a, rng& g, index_t part = 500) {
  detail::check(a);
  detail::check_images(x, y, a.low, a.high());
  T worst = x;  // (n, …)
  for_parts(x.extent(0), part, [&](index_t first, index_t count) {
    T best(x.rows(first, count));
    detail::chase<Net, T> run{&net, best, labels<T>(y.rows(first, count)), best};
    run.look();
    check_labels("pgd", run.y, run.logits.extent(1));
    T highest = log_sum_exp(run.logits) - pick(run.logits, run.y);  // (count): cross-entropies
    for (index_t restart = 0; restart < a.restarts; ++restart) {
      run.restart(a, g);
      for (index_t step = 0; step < a.steps; ++step) {
        run.step(a);
        const T loss   = log_sum_exp(run.logits) - pick(run.logits, run.y);
        const T higher = zip(loss, highest, detail::greater{});
        choose_rows(best, run.z, higher);
        choose_rows(highest, loss, higher);
      }
    }
    copy_into(worst.rows(first, count), best);
  });
  return worst;
}

}  // namespace jem::inline v0::evaluate
