// SPDX-License-Identifier: MIT
// How far a sum of rounded terms can be from the exact one, whatever the order of summation: γₖ·Σ|terms| with
// γₖ = k·u / (1 − k·u) (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1). No right backend exceeds it.
#pragma once

#include <jem/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace jem::inline v0::conformance {

/// γₖ for numbers of type V.
template <class V>
double gamma(index_t k) {
  const double ku = static_cast<double>(k) * static_cast<double>(std::numeric_limits<V>::epsilon()) / 2;
  return ku / (1 - ku);
}

/// The bound of the difference between two sums of the same k terms in [−1, 1], in any orders: about 2·γₖ₊₃·k.
template <class V>
double bound_of_sum(index_t k) {
  return static_cast<double>(std::numeric_limits<V>::epsilon()) * static_cast<double>(k + 3) * static_cast<double>(k);
}

/// maxᵢ |valueᵢ − exactᵢ| / boundᵢ: at most 1 for a right result. Infinity for NaN or another size.
template <class V>
double excess(const std::vector<V>& values, const std::vector<long double>& exact, const std::vector<double>& bounds) {
  if (values.size() != exact.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const auto error = static_cast<double>(std::abs(static_cast<long double>(values[i]) - exact[i]));
    if (!(error <= bounds[i])) return error / bounds[i] > 1 ? error / bounds[i] : std::numeric_limits<double>::infinity();
    if (bounds[i] > 0) largest = (std::max)(largest, error / bounds[i]);
  }
  return largest;
}

/// n sums of products in long double, which is wider than double on x86, each with the sum of the products' absolute values.
struct bounded_sums {
  std::vector<long double> exact;  ///< Σ ab
  std::vector<double> absolute;    ///< Σ |ab|

  /// n sums without terms.
  explicit bounded_sums(index_t n) : exact(static_cast<std::size_t>(n)), absolute(static_cast<std::size_t>(n)) {}

  /// Adds the product a·b to sum number `at`.
  void add(std::size_t at, double a, double b) {
    exact[at] += static_cast<long double>(a) * static_cast<long double>(b);
    absolute[at] += std::abs(a * b);
  }

  /// The largest distance of `values` from the exact sums, in parts of the bound for so many rounded operations in each sum.
  template <class V>
  double excess_of(const std::vector<V>& values, index_t operations) const {
    auto bounds = absolute;
    for (double& each : bounds) each *= gamma<V>(operations);
    return excess(values, exact, bounds);
  }
};

}  // namespace jem::inline v0::conformance
