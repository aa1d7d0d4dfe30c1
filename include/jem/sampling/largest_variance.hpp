// SPDX-License-Identifier: MIT
// The largest eigenvalue λ of the covariance of whitened positions: the variance along the direction in which the target reaches farthest.
// A trajectory has to be about as long as √λ: Sountsov and Hoffman, "Focusing on difficult directions for learning HMC trajectory lengths"
// (2021, arXiv:2110.11576). It is found by power iteration over the draws,
//
//     v ← Σ z·(zᵀv) / ‖…‖,   λ = Σ (zᵀv)² / rows
//
// in blocks of draws. The direction v comes from the block before, so that λ is not too large because v would suit the same rows.
#pragma once

#include <jem/core/random.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/matmul.hpp>

#include <cmath>
#include <vector>

namespace jem::inline v0 {

namespace detail {

struct first_product {
  template <class V>
  constexpr V operator()(V z, V v, V) const {
    return z * v;
  }
};

}  // namespace detail

/// λ of d coordinates, in blocks of at least 32 rows, each twice as long as the one before.
template <tensor_value T>
class largest_variance {
 public:
  /// Without draws, of rows of d coordinates.
  explicit largest_variance(index_t d) : direction_(static_cast<std::size_t>(d)) {
    const random_stream numbers{0x6A656D, 0};
    for (std::size_t j = 0; j < direction_.size(); ++j) direction_[j] = static_cast<double>(numbers.normal(static_cast<index_t>(j)));
    normalise();
  }

  /// Adds rows z (n, d) with mean 0; `worth` ≤ n is the number of independent ones among them, n − 1 if their own mean was subtracted.
  void add(const T& z, index_t worth) {
    const T along     = sum_zip_columns(z, uploaded_, uploaded_, detail::first_product{});  // (n)
    const auto pulled = matmul(T(along).reshaped({1, z.extent(0)}), z).to_vector();         // (1, d)
    for (const auto y : along.to_vector()) squares_ += static_cast<double>(y) * static_cast<double>(y);
    for (std::size_t j = 0; j < pulled_.size(); ++j) pulled_[j] += static_cast<double>(pulled[j]);
    rows_ += worth;
    if (rows_ >= block_) finish_block();
  }

  double value() const { return value_; }  ///< λ of the last block; 1 before there is one

  /// Goes on with coordinates z·ratio, where ratio (d) is old scale / new scale. Until the next block λ is that of the same
  /// direction.
  void rescale(const std::vector<double>& ratio) {
    double square = 0;
    for (std::size_t j = 0; j < direction_.size(); ++j) {
      direction_[j] *= ratio[j];
      square += direction_[j] * direction_[j];
    }
    block_ = first_block;
    value_ = usable(value_ * square);
    normalise();
  }

 private:
  static constexpr index_t first_block = 32;

  /// 1 in place of a number that says nothing.
  static double usable(double value) { return value > 0 && std::isfinite(value) ? value : 1; }

  void finish_block() {
    value_ = usable(squares_ / static_cast<double>(rows_));
    block_ *= 2;
    direction_ = pulled_;
    normalise();
  }

  /// Starts a block with the direction at length 1; at random again if it has no length.
  void normalise() {
    double square = 0;
    for (const double v : direction_) square += v * v;
    const bool has_length = square > 0 && std::isfinite(square);
    for (double& v : direction_) v = has_length ? v / std::sqrt(square) : 1 / std::sqrt(static_cast<double>(direction_.size()));
    uploaded_ = T({static_cast<index_t>(direction_.size())}, std::vector<typename T::value_type>(direction_.begin(), direction_.end()));
    pulled_.assign(direction_.size(), 0);
    squares_ = 0;
    rows_    = 0;
  }

  std::vector<double> direction_, pulled_;  // (d)
  T uploaded_;                              // (d): the direction
  double squares_ = 0, value_ = 1;
  index_t rows_ = 0, block_ = first_block;
};

}  // namespace jem::inline v0
