// SPDX-License-Identifier: MIT
// Mean, variance and the next two moments of numbers that are seen one at a time and not kept. Two sets A, B of numbers, of which only
// count, mean and M_p = Σ (x − mean)^p are known, are joined by the formulas of Pébay (2008, doi:10.2172/1028931), which generalise those
// of Welford (1962) and Chan, Golub and LeVeque (1979): with δ = mean_B − mean_A, n = n_A + n_B
//
//     mean = mean_A + δ n_B/n,   M₂ = M₂A + M₂B + δ² n_A n_B/n,   and so on
//
// A number is a set of one. No sum of raw powers is taken, so that a large mean does not cancel the variance.
#pragma once

#include <cmath>
#include <limits>

namespace jem::inline v0::metrics {

/// The moments of the numbers so far.
class streaming_moments {
 public:
  streaming_moments() = default;  ///< no numbers

  /// Adds a number.
  void add(double x) { merge(streaming_moments(1, x, 0, 0, 0)); }

  /// Adds the numbers that `other` has seen. The result depends on the order of merging by rounding only.
  void merge(const streaming_moments& other) {
    if (other.count_ == 0) return;
    if (count_ == 0) return void(*this = other);
    const double a = count_, b = other.count_, n = a + b, delta = other.mean_ - mean_, part = delta / n;
    m4_ += other.m4_ + delta * part * part * part * a * b * (a * a - a * b + b * b) + 6 * part * part * (a * a * other.m2_ + b * b * m2_) +
           4 * part * (a * other.m3_ - b * m3_);
    m3_ += other.m3_ + delta * part * part * a * b * (a - b) + 3 * part * (a * other.m2_ - b * m2_);
    m2_ += other.m2_ + delta * part * a * b;
    mean_ += part * b;
    count_ = n;
  }

  double count() const { return count_; }                         ///< of numbers
  double mean() const { return count_ > 0 ? mean_ : not_known; }  ///< NaN without numbers

  /// The variance with divisor count − 1; NaN for fewer than two numbers.
  double variance() const { return count_ > 1 ? m2_ / (count_ - 1) : not_known; }

  /// E (x − mean)³ / (E (x − mean)²)^1.5; NaN if all numbers are equal.
  double skewness() const { return m3_ / count_ / std::pow(m2_ / count_, 1.5); }

  /// E (x − mean)⁴ / (E (x − mean)²)², 3 for a normal distribution; NaN if all numbers are equal.
  double kurtosis() const { return m4_ / count_ / std::pow(m2_ / count_, 2); }

  /// Σ (x − center)²
  double squares_about(double center) const { return m2_ + count_ * (mean_ - center) * (mean_ - center); }

 private:
  static constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

  streaming_moments(double count, double mean, double m2, double m3, double m4) : count_(count), mean_(mean), m2_(m2), m3_(m3), m4_(m4) {}

  double count_ = 0, mean_ = 0, m2_ = 0, m3_ = 0, m4_ = 0;
};

}  // namespace jem::inline v0::metrics
