// SPDX-License-Identifier: MIT
// An attack that does not rely on one objective: gradient ascent with adaptive step sizes (see adaptive_ascent.hpp) on the
// cross-entropy, on the difference of logits ratio if there are three classes or more, and on the ratio towards each of the most
// likely other classes if there are four or more. Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble
// of diverse parameter-free attacks" (ICML 2020, arXiv:2003.01690). Their AutoAttack has such ascents and two further attacks, FAB and
// Square.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/evaluate/adaptive_ascent.hpp>
#include <jem/evaluate/logits_ratio.hpp>
#include <jem/tensor/cross_entropy.hpp>

#include <algorithm>
#include <numeric>

namespace jem::inline v0::evaluate {

/// Settings of a strong attack. The images have to lie in [low, low + pixel_range], and so do the adversarial ones.
template <class Norm = linf>
struct strong_attack {
  Norm norm{};                                                    ///< linf or l2
  not_negative<"strong_attack", "epsilon"> epsilon = 8.0f / 255;  ///< ≥ 0, for pixels in [0, 1]
  at_least<"strong_attack", "steps", 1> steps      = 100;         ///< of an ascent, ≥ 1
  at_least<"strong_attack", "starts", 1> starts    = 2;           ///< ascents of the cross-entropy, and of the ratio without a target, ≥ 1
  at_least<"strong_attack", "targets", 1> targets  = 9;  ///< the other classes that the ratio is taken towards, ≥ 1; all if there are fewer
  finite<"strong_attack", "low"> low               = -1;     ///< the darkest pixel of the data
  positive<"strong_attack", "pixel_range"> pixel_range = 2;  ///< how wide the data's range is, > 0: 2 for [−1, 1]

  /// The ball's radius in the units of the data.
  float radius() const { return epsilon * pixel_range; }
  /// The brightest pixel of the data.
  float high() const { return low + pixel_range; }
};

namespace detail {

struct climb_odds {
  template <tensor_value T>
  T operator()(const T& logits, const labels<T>& y, T& slope) const {
    slope = rival_slope(logits, y);
    return log_odds_against(logits, y);
  }
  void keep(const auto&) {}
};
struct climb_ratio {
  template <tensor_value T>
  T operator()(const T& logits, const labels<T>& y, T& slope) const {
    return difference_of_logits_ratio(logits, y, slope);
  }
  void keep(const auto&) {}
};
template <tensor_value T>
struct climb_towards {
  labels<T> target;  // (n)

  T operator()(const T& logits, const labels<T>& y, T& slope) const { return difference_of_logits_ratio(logits, y, target, slope); }
  void keep(const labels<T>& rows) { target = gather_rows(target, rows); }
};

/// The classes (n) with number `rank`, from 0, in the order of falling logits (n, k), in which the labels are left out.
template <tensor_value T>
labels<T> rivals(T logits, const labels<T>& y, index_t rank) {
  constexpr auto nothing = -std::numeric_limits<typename T::value_type>::infinity();
  add_at(logits, y, nothing);
  for (; rank > 0; --rank) add_at(logits, row_argmax(logits), nothing);
  return row_argmax(logits);
}

/// A part of the images under a strong attack.
template <class Net, tensor_value T>
struct hunt {
  chase<Net, T>& run;
  std::vector<std::int32_t> rows;  ///< the images of the part that are still classified correctly
  T found;                         // (n, …): the adversarial images of the others

  explicit hunt(chase<Net, T>& all) : run(all), rows(static_cast<std::size_t>(all.size())), found(all.x) {
    std::iota(rows.begin(), rows.end(), 0);
    drop(run);
  }

  /// Removes the images that are classified wrongly; `state` is the chase, or the ascent that uses it.
  void drop(auto& state) {
    const auto standing = run.standing();
    if (standing.size() == rows.size()) return;
    std::vector<std::int32_t> fallen, fell, left;
    for (std::size_t i = 0, next = 0; i < rows.size(); ++i) {
      const bool stands = next < standing.size() && standing[next] == static_cast<std::int32_t>(i);
      next += stands ? 1 : 0;
      (stands ? left : fell).push_back(rows[i]);
      if (!stands) fallen.push_back(static_cast<std::int32_t>(i));
    }
    const shape some{std::ssize(fallen)};
    scatter_rows(found, labels<T>(some, fell), gather_rows(run.z, labels<T>(some, fallen)));
    state.keep(labels<T>(shape{std::ssize(standing)}, standing));
    rows = std::move(left);
  }

  template <class Norm>
  void attack(const strong_attack<Norm>& a, rng& g) {
    const index_t classes = run.logits.extent(1);
    const auto climb      = [&](auto objective) { ascend(run, a, std::move(objective), g, [&](auto& ascent) { drop(ascent); }); };
    for (index_t start = 0; start < a.starts; ++start) climb(climb_odds{});
    for (index_t start = 0; start < a.starts && classes >= 3; ++start) climb(climb_ratio{});
    for (index_t rank = 0; rank < std::min<index_t>(a.targets, classes - 1) && classes >= 4 && run.size() > 0; ++rank) {
      run.z = run.x;
      run.look();
      climb(climb_towards<T>{rivals(run.logits, run.y, rank)});
    }
  }
};

}  // namespace detail

/// The share of images (n, …) with labels (n) that are classified correctly, and still are after every step of every ascent: an image
/// is counted as robust only if all of them failed. Images are attacked in parts of `part`, on which the random numbers depend. NaN
/// without images. Throws std::invalid_argument for images out of range, and labels that are no classes.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
double robust_accuracy(const Net& net, const T& x, const labels<T>& y, const strong_attack<Norm>& a, rng& g, index_t part = 500) {
  detail::check_images("strong_attack", x, y, a.low, a.high());
  return detail::share_left(net, x, y, part, [&](detail::chase<Net, T>& run) { detail::hunt<Net, T>(run).attack(a, g); });
}

/// The adversarial images (n, …): for each image the first one that is classified wrongly, or the clean image if the attack found none.
/// With the same generator, these are wrong for exactly the images that robust_accuracy does not count as robust. Throws as
/// robust_accuracy.
template <class Net, tensor_value T, attack_norm<T> Norm>
  requires layer<Net, T>
T perturb(const Net& net, const T& x, const labels<T>& y, const strong_attack<Norm>& a, rng& g, index_t part = 500) {
  detail::check_images("strong_attack", x, y, a.low, a.high());
  T result = x;  // (n, …)
  detail::for_chases(net, x, y, part, [&](index_t first, detail::chase<Net, T>& run) {
    detail::hunt<Net, T> hunt(run);
    hunt.attack(a, g);
    copy_into(result.rows(first, hunt.found.extent(0)), hunt.found);
  });
  return result;
}

}  // namespace jem::inline v0::evaluate
