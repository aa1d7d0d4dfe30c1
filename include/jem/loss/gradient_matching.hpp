// SPDX-License-Identifier: MIT
// Learning an energy by its gradient: L = mean (∂E/∂x̃ − t)² over points x̃ and their numbers, with E(x) = −log Σ_y exp f(x)[y]. With the
// residual r = ∂E/∂x̃ − t held fixed, ∂L/∂θ = 2·mean r·∂²E/∂x̃∂θ, which a difference along r gives without second derivatives:
// that of (E(x̃ + h·r) − E(x̃ − h·r)) / (D·h), up to terms in h². matching/gradient_pairs.hpp makes the two points.
#pragma once

#include <jem/loss/phases.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/softmax.hpp>

#include <utility>

namespace jem::inline v0 {

namespace detail {

/// to[i] ← to[i] + a·of[i] for the first half of the rows, and − a·of[i] for the second.
template <tensor_value T>
void add_difference(T& to, double a, T of) {
  using V = typename T::value_type;
  const shape half{of.extent(0) / 2};
  scale_per_row(of, concatenate(full<T>(half, static_cast<V>(a)), full<T>(half, static_cast<V>(-a))));
  add_scaled(to, 1, of);
}

/// Adds weight·∂/∂f of slope·mean (E(x⁺) − E(x⁻)) over pairs with logits f (2p, k): of E(x, y) for labels y (2p), of E(x) without.
template <tensor_value T>
void add_pair_slopes(T& grad, float weight, const T& logits, const labels<T>& y, const pairing& by) {
  const double a = -weight * by.slope / (static_cast<double>(logits.extent(0)) / 2);
  if (y.size() == 0) return add_difference(grad, a, softmax(logits));  // ∂E/∂f(x) = −p(·|x)
  T chosen = zeros<T>(logits.extents());
  add_at(chosen, y, 1);  // ∂E(x, y)/∂f(x) = −1_y
  add_difference(grad, a, std::move(chosen));
}

}  // namespace detail

/// mean (∂E/∂x̃ − t)² of the marginal energy. The value is exact; the gradient has an error of order h².
struct gradient_matching {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.pairs = true}; }

  /// ∂E/∂f(x) = −p(·|x)
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    detail::add_pair_slopes(grad.pairs, weight, logits.pairs, {}, logits.pairs_by);
    return weight * logits.pairs_by.residual;
  }
};

}  // namespace jem::inline v0
