// SPDX-License-Identifier: MIT
// Chains that start anew in each draw, one half at images and one at noise, in place of a replay buffer. The first half keeps energies
// right near the data, the second where noise ends up. Balcerak et al. 2025 (Energy Matching, arXiv:2504.10612).
#pragma once

#include <jem/sampling/replay_buffer.hpp>
#include <jem/tensor/rows.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// Draws n/2 images with replacement, rounded down, and noise for the rest; it stores nothing. Holds a reference to the images, which have
/// to outlive it: half_data{set.x} for trainer.init.
template <tensor_value T, class Start = normal_start>
class half_data {
 public:
  /// Of images (m, …), and of noise by a law(extents, generator). Throws std::invalid_argument without an image.
  explicit half_data(const T& images, Start noise = {}) : images_(&images), noise_(noise) {
    expect_at_least("half_data", "images", 1, images.extents().rank() > 0 ? images.extent(0) : 0);
  }
  /// A temporary set is refused.
  explicit half_data(const T&&, Start = {}) = delete;

  index_t classes() const { return 0; }  ///< none: chains do not belong to classes

  /// n chains of any class.
  chains<T> draw(index_t n, rng& g) const {
    expect_at_least("half_data", "chains", 0, n);
    const random_stream stream = g.next();
    std::vector<std::int32_t> rows;
    for (index_t i = 0; i < n / 2; ++i) rows.push_back(static_cast<std::int32_t>(index_below(stream, i, images_->extent(0))));
    const T images = gather_rows(*images_, labels<T>(shape{n / 2}, rows));
    return { concatenate(images, noise_.template operator()<T>(images.extents().with_rows(n - n / 2), g)), {}, {} };
  }
  /// Throws std::invalid_argument, since there are no classes.
  chains<T> draw(const labels<T>&, rng&) const { fail("half_data", "chains without classes", "labels"); }
  /// Chains are not kept.
  void store(const chains<T>&) {}

  /// A checkpoint stores nothing of it.
  static void each_part(auto&, auto) {}

 private:
  const T* images_;
  Start noise_;
};

}  // namespace jem::inline v0
