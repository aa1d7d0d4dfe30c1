// SPDX-License-Identifier: MIT
// Types and functions to check gradients with: tensors of double precision on each backend, filled by a formula.
#pragma once

#include "backends.hpp"
#include "gradients.hpp"

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

/// The largest error of an energy's gradient at x, a batch of chains that do not influence each other.
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
