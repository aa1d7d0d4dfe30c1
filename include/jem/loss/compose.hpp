// SPDX-License-Identifier: MIT
// Losses from losses: 0.5f * a + b. Composed at compile time; a term whose weight is zero reads nothing and costs nothing.
#pragma once

#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

template <class L>
concept composable_loss = requires { typename L::loss_tag; };

template <composable_loss L>
struct weighted_loss {
  using loss_tag = void;

  float factor;
  L term;

  constexpr phase_set reads() const { return factor == 0 ? phase_set{} : term.reads(); }

  template <tensor_value T>
    requires loss_term<L, T>
  float accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return factor == 0 ? 0 : term.accumulate(logits, factor * weight, grad);
  }
};

template <composable_loss A, composable_loss B>
struct loss_sum {
  using loss_tag = void;

  A first;
  B second;

  constexpr phase_set reads() const { return first.reads() | second.reads(); }

  template <tensor_value T>
    requires(loss_term<A, T> && loss_term<B, T>)
  float accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    const float value = first.accumulate(logits, weight, grad);
    return value + second.accumulate(logits, weight, grad);
  }
};

template <composable_loss L>
constexpr weighted_loss<L> operator*(float factor, L term) {
  return {factor, term};
}

template <composable_loss A, composable_loss B>
constexpr loss_sum<A, B> operator+(A first, B second) {
  return {first, second};
}

}  // namespace jem::inline v0
