// SPDX-License-Identifier: MIT
// Losses made of losses: 0.5f * a + b, composed at compile time. A term whose weight is zero reads nothing and costs nothing. To write a
// weight before a loss of your own namespace, put `using jem::operator*;` into that namespace: the compiler does not find the operator
// by the float.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

/// A loss with a nested loss_tag: only for such ones are there + and *.
template <class L>
concept composable_loss = requires { typename L::loss_tag; };

/// factor·L
template <composable_loss L>
struct weighted_loss {
  using loss_tag = void;

  finite<"weighted_loss", "factor"> factor;  ///< may be negative; 0 switches the term off
  L term;                                    ///< L

  constexpr phase_set reads() const { return factor == 0 ? phase_set{} : term.reads(); }

  /// weight·factor·L, and adds its gradient.
  template <tensor_value T>
    requires loss_term<L, T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return factor == 0 ? 0 : term.accumulate(logits, factor * weight, grad);
  }
};

/// A + B
template <composable_loss A, composable_loss B>
struct loss_sum {
  using loss_tag = void;

  A first;   ///< A
  B second;  ///< B

  constexpr phase_set reads() const { return first.reads() | second.reads(); }

  /// weight·(A + B), and adds both gradients.
  template <tensor_value T>
    requires(loss_term<A, T> && loss_term<B, T>)
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    const double value = first.accumulate(logits, weight, grad);
    return value + second.accumulate(logits, weight, grad);
  }
};

/// factor·L, for losses of this namespace: of one's own loss, weighted_loss{0.5f, own{}} (operators are looked for where their
/// arguments are at home). The result's type keeps clang from an operator of two floats, which it looks at for settings.
template <composable_loss L>
constexpr weighted_loss<L> operator*(float factor, L term) {
  return {factor, term};
}

/// A + B
template <composable_loss A, composable_loss B>
constexpr auto operator+(A first, B second) {
  return loss_sum<A, B>{first, second};
}

}  // namespace jem::inline v0
