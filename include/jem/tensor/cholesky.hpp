// SPDX-License-Identifier: MIT
// The Cholesky factor of a covariance matrix, by which independent normal numbers become correlated ones.
#pragma once

#include <jem/core/error.hpp>
#include <jem/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0::detail {

/// Σ a[k]·b[k] in eight sums, which the compiler can compute together.
inline double dot_of_rows(const double* a, const double* b, index_t n) {
  double sums[8] = {};
  index_t k      = 0;
  for (; k + 8 <= n; k += 8) {
    for (index_t lane = 0; lane < 8; ++lane) sums[lane] += a[k + lane] * b[k + lane];
  }
  double rest = 0;
  for (; k < n; ++k) rest += a[k] * b[k];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])) + rest;
}

/// A symmetric matrix (d, d) on the host → its lower triangular factor L with a = L·Lᵀ, in place. Throws std::invalid_argument with these
/// words unless the matrix is positive definite and finite. Sixteen rows at a time read the rows before them, which do not fit into a
/// cache.
inline void cholesky(std::string_view where, std::string_view expected, std::vector<double>& a, index_t d) {
  const auto row = [&a, d](index_t i) { return a.data() + i * d; };
  for (index_t first = 0; first < d; first += 16) {
    const index_t end = (std::min)(first + 16, d);
    for (index_t j = 0; j < end; ++j) {
      if (j >= first) {
        const double square = row(j)[j] - dot_of_rows(row(j), row(j), j);
        if (!(square > 0 && std::isfinite(square))) fail(where, expected, std::to_string(square));
        row(j)[j] = std::sqrt(square);
        std::fill(row(j) + j + 1, row(j) + d, 0.0);
      }
      for (index_t i = (std::max)(first, j + 1); i < end; ++i) row(i)[j] = (row(i)[j] - dot_of_rows(row(i), row(j), j)) / row(j)[j];
    }
  }
}

}  // namespace jem::inline v0::detail
