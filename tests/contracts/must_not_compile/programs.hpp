// SPDX-License-Identifier: MIT
// Shared by the programs: a tensor, an energy with a gradient, and one without.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/value_and_grad.hpp>

using tensor = jem::tensor<float, jem::reference>;

struct bowl {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return 0.5f * jem::row_dots(x, x);
  }
  template <jem::tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    grad = x;
    return value(x);
  }
};

struct values_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return 0.5f * jem::row_dots(x, x);
  }
};
