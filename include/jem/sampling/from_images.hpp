// SPDX-License-Identifier: MIT
// Chains that start at images of a set, such as one of other things than the data: adversarial training makes its negatives from them
// (Yin et al. 2025, arXiv:2510.13872). As the law of a trainer's outliers it draws images of no class.
#pragma once

#include <jem/tensor/noise.hpp>
#include <jem/tensor/rows.hpp>

#include <concepts>

namespace jem::inline v0 {

/// Where chains start: each at one of the images, drawn independently of the others and with equal probability. Refers to the images,
/// which have to outlive it.
template <tensor_value T>
class from_images {
 public:
  /// Images (m, …). Throws std::invalid_argument unless m is 1 to 2³¹. Temporary ones are refused.
  explicit from_images(const T& images) : images_(&images) {
    if (detail::row_count("from_images", images) < 1) fail("from_images", "images (m, ...), m >= 1", to_string(images.extents()));
  }
  explicit from_images(const T&&) = delete;

  /// (n, …). Throws std::invalid_argument, before it draws, for rows of other extents than the images.
  template <std::same_as<T> X>
  X operator()(const shape& extents, rng& g) const {
    expect_shape("from_images", images_->extents().with_rows(extents[0]), extents);
    return gather_rows(*images_, random_indices<T>(extents[0], images_->extent(0), g));
  }

 private:
  const T* images_;  // (m, …)
};

}  // namespace jem::inline v0
