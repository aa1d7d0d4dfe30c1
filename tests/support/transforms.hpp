// SPDX-License-Identifier: MIT
// What tests of supports ask of a map from free numbers: values, derivatives, and determinants; and supports of a user's own.
#pragma once

#include <jem/energy/support_rows.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace test {

/// −π < x < π, as a user would write it.
struct angle {
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    log_slope = std::log(2.0) - log1p(u * u);
    return 2 * atan(u);
  }
  template <class V>
  constexpr V unconstrain(const V& x) const {
    return sin(x / 2) / cos(x / 2);
  }
};

/// x₁ > x₂ > …, without a pull_back.
struct decreasing {
  static constexpr jem::index_t free_size(jem::index_t n) { return n; }
  template <class V>
  constexpr V constrain(const V* u, V* x, jem::index_t n) const {
    V log_jacobian = V(0);
    x[0]           = u[0];
    for (jem::index_t i = 1; i < n; ++i) {
      x[i] = x[i - 1] - exp(u[i]);
      log_jacobian += u[i];
    }
    return log_jacobian;
  }
  template <class V>
  constexpr void unconstrain(const V* x, V* u, jem::index_t n) const {
    u[0] = x[0];
    for (jem::index_t i = 1; i < n; ++i) u[i] = log(x[i - 1] - x[i]);
  }
};

template <class T>
struct mapped {
  T x, slope, log_slope, log_slope_slope;  // x(u) and ln |dx/du| with their derivatives by u
};

/// A support of single numbers at u; with direction −1 the free number at x = u, alone.
template <class T, class S>
mapped<T> at(const S& s, T u, int direction = 1) {
  using V        = jem::dual<T, 1>;
  const V number = V::variable(u, 0);
  if (direction < 0) return {s.unconstrain(number).value, 0, 0, 0};
  V log_slope;
  const V x = s.constrain(number, log_slope);
  return {x.value, x.partial[0], log_slope.value, log_slope.partial[0]};
}

/// ln |det| of a square matrix, by elimination with pivots.
inline double log_determinant(std::vector<std::vector<double>> a) {
  double log = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < a.size(); ++i) {
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    }
    std::swap(a[k], a[pivot]);
    log += std::log(std::abs(a[k][k]));
    for (std::size_t i = k + 1; i < a.size(); ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < a.size(); ++j) a[i][j] -= factor * a[k][j];
    }
  }
  return log;
}

/// A support of n numbers together at u.
template <class T, class S>
struct vector_at {
  std::vector<T> x;
  T log_jacobian;

  vector_at(const S& s, const std::vector<T>& u, std::size_t n)
      : x(n), log_jacobian(jem::detail::constrain_block(s, u.data(), x.data(), static_cast<jem::index_t>(n))) {}
};

/// ∂(x₁, …)/∂u of the first as many x as there are free numbers, by central differences, and its ln |det|.
template <class S>
double log_jacobian_by_differences(const S& s, const std::vector<double>& u, std::size_t n, double h = 1e-5) {
  std::vector<std::vector<double>> matrix(u.size(), std::vector<double>(u.size()));
  for (std::size_t j = 0; j < u.size(); ++j) {
    auto up = u, down = u;
    up[j] += h, down[j] -= h;
    const auto above = vector_at<double, S>(s, up, n).x, below = vector_at<double, S>(s, down, n).x;
    for (std::size_t i = 0; i < u.size(); ++i) matrix[i][j] = (above[i] - below[i]) / (2 * h);
  }
  return log_determinant(matrix);
}

/// The largest error of pull_back against differences of g·x(u) − ln |det ∂x/∂u|.
template <class S>
double pull_back_error(const S& s, const std::vector<double>& u, const std::vector<double>& g, double h = 1e-5) {
  std::vector<double> grad(u.size());
  jem::detail::pull_back_block(s, u.data(), g.data(), grad.data(), static_cast<jem::index_t>(g.size()));
  const auto pulled = [&](const std::vector<double>& from) {
    const vector_at<double, S> here(s, from, g.size());
    double sum = -here.log_jacobian;
    for (std::size_t i = 0; i < g.size(); ++i) sum += g[i] * here.x[i];
    return sum;
  };
  double worst = 0;
  for (std::size_t j = 0; j < u.size(); ++j) {
    auto up = u, down = u;
    up[j] += h, down[j] -= h;
    const double error = std::abs(grad[j] - (pulled(up) - pulled(down)) / (2 * h));
    worst              = error > worst || std::isnan(error) ? error : worst;
  }
  return worst;
}

}  // namespace test
