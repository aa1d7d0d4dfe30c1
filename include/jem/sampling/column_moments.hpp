// SPDX-License-Identifier: MIT
// Means and variances of coordinates, pooled over the chains and the draws of a window.
#pragma once

#include <jem/sampling/metric.hpp>
#include <jem/tensor/columns.hpp>

#include <vector>

namespace jem::inline v0 {

/// Sums over batches (n, …), kept in double on the host. The mean of the first batch is subtracted from all rows, so that coordinates far
/// from 0 keep their digits.
template <tensor_value T>
class column_moments {
 public:
  /// Adds the rows of a batch.
  void add(const T& batch) {
    const auto x = detail::as_matrix(batch);
    if (count_ == 0) start(x);
    const T y        = detail::whitened(x, center_, ones_);  // (n, d)
    const auto first = column_sums(y).to_vector(), second = column_dots(y, y).to_vector();
    for (std::size_t j = 0; j < sums_.size(); ++j) {
      sums_[j] += static_cast<double>(first[j]);
      squares_[j] += static_cast<double>(second[j]);
    }
    count_ += batch.extent(0);
  }

  index_t count() const { return count_; }  ///< rows that were added

  /// (d): the means. There has to be a row.
  std::vector<double> mean() const {
    auto result = from_;
    for (std::size_t j = 0; j < sums_.size(); ++j) result[j] += sums_[j] / static_cast<double>(count_);
    return result;
  }

  /// (d): the variances, with divisor n. There has to be a row.
  std::vector<double> variance() const {
    std::vector<double> result(sums_.size());
    const auto n = static_cast<double>(count_);
    for (std::size_t j = 0; j < sums_.size(); ++j) result[j] = (squares_[j] - sums_[j] * (sums_[j] / n)) / n;
    return result;
  }

 private:
  void start(const view<const typename T::value_type, typename T::backend_type>& x) {
    center_ = column_sums(x);
    scale(center_, static_cast<typename T::value_type>(1 / static_cast<double>(x.extent(0))));
    ones_           = full<T>({x.extent(1)}, 1);
    const auto mean = center_.to_vector();
    from_.assign(mean.begin(), mean.end());
    sums_.assign(from_.size(), 0);
    squares_ = sums_;
  }

  T center_, ones_;  // (d)
  std::vector<double> from_, sums_, squares_;
  index_t count_ = 0;
};

}  // namespace jem::inline v0
