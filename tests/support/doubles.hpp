// SPDX-License-Identifier: MIT
// What gradients are checked with: tensors of double precision on each backend, filled by a formula.
#pragma once

#include "backends.hpp"
#include "numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace test {

using reference_double = jem::tensor<double, jem::reference>;
using openmp_double    = jem::tensor<double, jem::openmp>;
using eigen_double     = jem::tensor<double, jem::eigen>;
using guarded_double   = jem::tensor<double, guarded>;
using eigen_float      = jem::tensor<float, jem::eigen>;

/// amplitude·sin(phase·(i + 1)): numbers without a pattern that another program can make, too.
template <class V>
std::vector<V> wave_values(jem::index_t n, double amplitude, double phase) {
  std::vector<V> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<V>(amplitude * std::sin(phase * static_cast<double>(i + 1)));
  return values;
}

template <class T>
T waves(const jem::shape& extents, double amplitude = 1, double phase = 1) {
  return T(extents, wave_values<typename T::value_type>(extents.size(), amplitude, phase));
}

/// ∂f/∂x by central differences: f takes a list of numbers.
template <class F>
std::vector<double> central_differences(const std::vector<double>& at, F f, double h = 1e-5) {
  std::vector<double> gradient, x = at;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i]            = at[i] + h;
    const double up = f(x);
    x[i]            = at[i] - h;
    gradient.push_back((up - f(x)) / (2 * h));
    x[i] = at[i];
  }
  return gradient;
}

/// The largest error of an energy's gradient at x, a batch of chains that do not see each other.
template <class T, class E>
double energy_gradient_error(const E& energy, const T& x) {
  T gradient(x.extents());
  energy.value_and_grad(x, gradient);
  const auto total = [&](const std::vector<double>& values) {
    double sum = 0;
    for (const double e : energy.value(T(x.extents(), values)).to_vector()) sum += e;
    return sum;
  };
  return largest_difference(gradient.to_vector(), central_differences(x.to_vector(), total));
}

}  // namespace test
