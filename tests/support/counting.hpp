// SPDX-License-Identifier: MIT
// An energy that counts its calls, since gradients are the cost of a sampler.
#pragma once

#include <jem/core/concepts.hpp>

namespace test {

struct calls {
  int values = 0, gradients = 0;
};

template <class E>
struct counted {
  E inner;
  calls* count;

  template <jem::tensor_value T>
    requires jem::energy<E, T>
  T value(const T& x) const {
    ++count->values;
    return inner.value(x);
  }

  template <jem::tensor_value T>
    requires jem::differentiable_energy<E, T>
  T value_and_grad(const T& x, T& grad) const {
    ++count->gradients;
    return inner.value_and_grad(x, grad);
  }
};

template <class E>
counted(E, calls*) -> counted<E>;

}  // namespace test
