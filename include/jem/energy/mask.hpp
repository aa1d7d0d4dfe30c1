// SPDX-License-Identifier: MIT
// Conditional energies, as for inpainting: some coordinates are held at observed values, the others are free. With m = 1 where a
// coordinate is held at the observed value o, and 0 where it is free,
//
//     E_masked(x) = E(m·o + (1 − m)·x),   ∂E_masked/∂x = (1 − m)·∂E/∂x,
//
// which is −log p(x_free | x_held = o) up to a constant, and does not depend on what a chain has at held coordinates. Noise and
// momenta move those like any others, so they wander; that is without effect on the free ones under any kernel (a flat
// direction changes no acceptance: its log q terms and its kinetic energy cancel). `completed` puts the observed values back,
// once, at the end. To change the kernel instead, and see held coordinates at every step, `hold` is a constraint of sgld.
#pragma once

#include <jem/energy/prepared.hpp>
#include <jem/tensor/mask.hpp>

#include <utility>

namespace jem::inline v0 {

/// An energy of which some coordinates are held at observed values. Values and mask: one for all chains (…), or one for each (n, …). The
/// observed values of free coordinates are ignored.
template <class E, tensor_value T>
struct masked_energy {
  E inner;     ///< of whole positions
  T observed;  // (…) or (n, …)
  T mask;      // (…) or (n, …): not 0 where held

  /// The same energy prepared for a run in which only x changes: see prepared.hpp.
  auto prepared(const T& x) const
    requires preparable_energy<E, T>
  {
    return masked_energy<prepared_energy_t<E, T>, T>{prepared_energy(inner, x), observed, mask};
  }

  /// x with the observed values where they are held. Throws std::invalid_argument unless both fit x.
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

/// The energy of what is free, given what is held; the mask is not 0 where held.
template <class E, tensor_value T>
  requires energy<E, T>
masked_energy<E, T> masked(E inner, T observed, T mask) {
  return {std::move(inner), std::move(observed), std::move(mask)};
}

}  // namespace jem::inline v0
