// SPDX-License-Identifier: MIT
// Sums of losses with weights, 0.5f * a + b, composed at compile time. A term whose weight is zero reads nothing and costs nothing. To
// write a weight before a loss of your own namespace, put `using jem::operator*;` into that namespace: the compiler does not find the
// operator by the float.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/loss/phases.hpp>

namespace jem::inline v0 {

/// A loss with a nested type loss_tag. Only such losses have the operators + and *.
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

/// factor·L, for losses of this namespace. For a loss of another namespace write weighted_loss{0.5f, own{}}, since the compiler looks
/// for operators in the namespaces of their arguments. The result type is written out, since clang would otherwise choose an operator of
/// two floats.
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
