// SPDX-License-Identifier: MIT
// Conditional energies, as for inpainting: some coordinates are held at observed values, the others are free. With m = 1 where a
// coordinate is held at the observed value o, and 0 where it is free,
//
//     E_masked(x) = E(m·o + (1 − m)·x),   ∂E_masked/∂x = (1 − m)·∂E/∂x,
//
// which is −log p(x_free | x_held = o) up to a constant, and does not depend on the values of a chain at held coordinates. Noise and
// momenta change these values like all others, so they drift. This has no effect on the free coordinates under any kernel: the energy is
// constant in held coordinates, and their log q terms and kinetic energies cancel in the acceptance. `completed` puts the observed values
// back, once, at the end. If held coordinates should have their values at every step, use `hold` instead, a constraint of sgld.
#pragma once

#include <jem/energy/prepared.hpp>
#include <jem/tensor/mask.hpp>

#include <utility>

namespace jem::inline v0 {

/// An energy of which some coordinates are held at observed values. Values and mask are the same for all chains (…), or one for each chain
/// (n, …). The observed values of free coordinates are ignored.
template <class E, tensor_value T>
struct masked_energy {
  E inner;     ///< the energy of whole positions
  T observed;  // (…) or (n, …)
  T mask;      // (…) or (n, …): not 0 where held

  /// The same energy prepared for a run in which only x changes: see prepared.hpp.
  auto prepared(const T& x) const
    requires preparable_energy<E, T>
  {
    return masked_energy<prepared_energy_t<E, T>, T>{prepared_energy(inner, x), observed, mask};
  }

  /// x with the observed values at held coordinates. Throws std::invalid_argument unless values and mask fit x.
  T completed(T x) const {  // (n, …)
    replace_where(x, observed, mask);
    return x;
  }

  /// (n, …) → (n)
  T value(const T& x) const
    requires energy<E, T>
  {
    return inner.value(completed(x));
  }

  /// (n, …) → (n), grad = ∂E/∂x (n, …): exactly 0 where held.
  T value_and_grad(const T& x, T& grad) const
    requires differentiable_energy<E, T>
  {
    T value = inner.value_and_grad(completed(x), grad);
    clear_where(grad, mask);
    return value;
  }
};

/// The energy of the free coordinates, given the held ones. The mask is not 0 where a coordinate is held.
template <class E, tensor_value T>
  requires energy<E, T>
masked_energy<E, T> masked(E inner, T observed, T mask) {
  return {std::move(inner), std::move(observed), std::move(mask)};
}

}  // namespace jem::inline v0
