// SPDX-License-Identifier: MIT
// The extents of a tensor: up to four axes for a batch of images (n, h, w, c), and a fifth for the draws of a sampler.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace jem::inline v0 {

/// Sizes, strides and indices; signed.
using index_t = std::ptrdiff_t;

/// Extents, outermost axis first; the last axis is contiguous in memory. It has at most `max_rank` axes and never allocates memory.
class shape {
 public:
  static constexpr index_t max_rank = 5;  ///< the largest number of axes

  constexpr shape() = default;

  /// Throws std::invalid_argument for more than `max_rank` extents or a negative one.
  constexpr shape(std::initializer_list<index_t> extents) {
    for (const index_t extent : extents) push_back(extent);
  }

  constexpr index_t rank() const { return rank_; }  ///< the number of axes

  /// The extent of an axis. Requires 0 ≤ axis < rank(), which is not checked.
  constexpr index_t operator[](index_t axis) const { return extents_[static_cast<std::size_t>(axis)]; }

  /// The number of elements; 1 for rank 0.
  constexpr index_t size() const { return product(0, rank_); }

  /// The number of elements of one row, that is of one image or one logit vector of a batch.
  constexpr index_t row_size() const { return product(1, rank_); }

  /// Appends an innermost axis. Throws std::invalid_argument for a sixth axis or a negative extent.
  constexpr void push_back(index_t extent) {
    if (rank_ == max_rank) throw std::invalid_argument("[shape] expected at most 5 axes");
    if (extent < 0) throw std::invalid_argument(concat("[shape] expected extents >= 0 but received ", extent));
    extents_[static_cast<std::size_t>(rank_++)] = extent;
  }

  /// This shape with another first extent: (n, h, w, c) → (m, h, w, c).
  constexpr shape with_rows(index_t rows) const {
    shape other{rows};
    for (index_t axis = 1; axis < rank_; ++axis) other.push_back((*this)[axis]);
    return other;
  }

  /// This shape with one more axis, the outermost: (n, d) → (k, n, d).
  constexpr shape under(index_t extent) const {
    shape other{extent};
    for (index_t axis = 0; axis < rank_; ++axis) other.push_back((*this)[axis]);
    return other;
  }

  friend constexpr bool operator==(const shape&, const shape&) = default;

 private:
  constexpr index_t product(index_t first, index_t last) const {
    index_t result = 1;
    for (index_t axis = first; axis < last; ++axis) result *= (*this)[axis];
    return result;
  }

  std::array<index_t, max_rank> extents_{};
  index_t rank_ = 0;
};

/// "(64, 8, 8, 1)", for messages.
inline std::string to_string(const shape& extents) {
  std::string text = "(";
  for (index_t axis = 0; axis < extents.rank(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(extents[axis]);
  }
  return text + ")";
}

}  // namespace jem::inline v0
