// SPDX-License-Identifier: MIT
// The common part of softmax, log-sum-exp and cross-entropy of a row of logits, for backends and for the host: the exponentials of the
// differences from the largest logit. So no result changes if a number, however large, is added to all logits.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/math.hpp>

#include <limits>

namespace jem::inline v0::detail {

/// a − b, and 0 if both are equal, also if both are infinite.
template <class T>
constexpr T distance(T a, T b) {
  return a == b ? T{} : a - b;
}

/// The largest logit of a row, and Σⱼ exp(xⱼ − largest). Both leave out logit number `left_out`. The sum is NaN if one of the others is
/// NaN. The terms of the sum are written to `weights` unless it is null.
template <class T>
struct weighed_row {
  T largest     = -std::numeric_limits<T>::infinity();
  wide_t<T> sum = 0;

  constexpr weighed_row(const T* row, index_t columns, index_t left_out = -1, T* weights = nullptr) {
    for (index_t j = 0; j < columns; ++j) largest = j != left_out && row[j] > largest ? row[j] : largest;
    for (index_t j = 0; j < columns; ++j) {
      const T w = j != left_out ? weight(row[j]) : T{};
      if (weights != nullptr) weights[j] = w;
      sum += static_cast<wide_t<T>>(w);
    }
  }

  /// exp(x − largest)
  constexpr T weight(T x) const { return math::exp(distance(x, largest)); }
  /// The softmax probability of x, one of the logits.
  constexpr T share(T x) const { return weight(x) / static_cast<T>(sum); }
  /// log Σⱼ exp xⱼ
  constexpr wide_t<T> log_sum_exp() const { return static_cast<wide_t<T>>(largest) + static_cast<wide_t<T>>(log_sum()); }
  /// log Σⱼ exp(xⱼ − x)
  constexpr T log_sum_exp_beside(T x) const { return distance(largest, x) + log_sum(); }

 private:
  constexpr T log_sum() const { return math::log(static_cast<T>(sum)); }
};

}  // namespace jem::inline v0::detail
