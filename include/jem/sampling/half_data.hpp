// SPDX-License-Identifier: MIT
// Chains of which one half starts at images and one at noise: the first keeps energies right near the data, the second where noise ends up.
// With fresh_starts they start so in each draw. Balcerak et al. 2025 (Energy Matching, arXiv:2504.10612).
#pragma once

#include <jem/sampling/from_images.hpp>
#include <jem/sampling/start.hpp>

#include <concepts>

namespace jem::inline v0 {

/// Where chains start: the first n/2, rounded down, at images that are drawn with replacement, the others at noise. Refers to the images,
/// which have to outlive it.
template <tensor_value T, class Noise = normal_start>
class half_data {
 public:
  /// Of images (m, …), and of noise by a law(extents, generator). Throws what from_images throws. Temporary images are refused.
  explicit half_data(const T& images, Noise noise = {}) : images_(images), noise_(noise) {}
  explicit half_data(const T&&, Noise = {}) = delete;

  /// (n, …). Throws std::invalid_argument, before it draws, for rows of other extents than the images.
  template <std::same_as<T> X>
  X operator()(const shape& extents, rng& g) const {
    const index_t n = extents[0];
    const T images  = images_.template operator()<T>(extents.with_rows(n / 2), g);
    return concatenate(images, noise_.template operator()<T>(extents.with_rows(n - n / 2), g));
  }

 private:
  from_images<T> images_;
  Noise noise_;
};

}  // namespace jem::inline v0
