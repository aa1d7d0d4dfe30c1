// SPDX-License-Identifier: MIT
// Points at which an energy learns its gradient, and the gradients it should have there: x̃ = x + ℓ·d and t = c(ℓ)·d, so that the energy
// rises along the path from an image to noise. A path is any function of a batch and a generator that returns `gradient_targets`.
#pragma once

#include <jem/matching/direction.hpp>
#include <jem/matching/level.hpp>
#include <jem/matching/strength.hpp>

#include <utility>

namespace jem::inline v0 {

/// Points x̃, and the targets t of ∂E/∂x̃ there.
template <tensor_value T>
struct gradient_targets {
  T x;  // (n, …): x̃
  T t;  // (n, …)
};

/// A path from a batch of images (n, …), one point for each.
template <class P, class T>
concept matching_path = std::copyable<P> && requires(const P& path, const T& x, rng& g) {
  { path(x, g) } -> std::same_as<gradient_targets<T>>;
};

/// x̃ = x + ℓ·d, t = c(ℓ)·d, with a level for each image.
template <class Direction = toward<>, class Level = uniform_level, class Strength = ramp>
struct straight_path {
  Direction direction = {};  ///< d of a batch: toward, toward_near, added
  Level level         = {};  ///< ℓ: uniform_level, log_uniform_level
  Strength strength   = {};  ///< c: ramp, unit_strength, score_strength

  /// (n, …) → (n, …) each
  template <tensor_value T>
  gradient_targets<T> operator()(const T& x, rng& g) const {
    T target      = direction(x, g);
    const T noise = level.template operator()<T>(x.extent(0), g);  // (n)
    T point       = target;
    scale_per_row(point, noise);
    add_scaled(point, 1, x);
    scale_per_row(target, map(noise, strength));
    return {std::move(point), std::move(target)};
  }
};

/// From images to noise U(−1, 1): energy-form Equilibrium Matching (Wang and Du 2025, arXiv:2510.02300).
using equilibrium_path = straight_path<toward<uniform_start>, uniform_level, ramp>;

/// Images with normal noise of standard deviations from 0.05 to 1: denoising score matching (Vincent 2011; Song and Ermon 2019,
/// arXiv:1907.05600), but the network is not told the standard deviation.
using denoising_path = straight_path<added<normal_start>, log_uniform_level, unit_strength>;

/// The first half of a batch by one path, the rest by another.
template <class First, class Second>
struct half_and_half {
  First first   = {};  ///< of n/2 images, rounded up
  Second second = {};  ///< of the rest

  /// (n, …) → (n, …) each
  template <tensor_value T>
    requires(matching_path<First, T> && matching_path<Second, T>)
  gradient_targets<T> operator()(const T& x, rng& g) const {
    const index_t n = x.extent(0), half = (n + 1) / 2;
    auto targets = first(T(x.rows(0, half)), g);
    if (half == n) return targets;
    const auto others = second(T(x.rows(half, n - half)), g);
    return {concatenate(targets.x, others.x), concatenate(targets.t, others.t)};
  }
};

}  // namespace jem::inline v0
