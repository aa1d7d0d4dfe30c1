// SPDX-License-Identifier: MIT
// The last operations on the sums of a convolution before they are stored: (sum + bias)·f′(input) + addend. Terms whose pointers are null
// are left out.
#pragma once

#include <jem/backend/cpu/simd.hpp>
#include <jem/core/fusable.hpp>

#include <concepts>

namespace jem::inline v0 {

/// f(x) as a factor of a product, rounded to E. x is a pack of numbers that were stored as E.
template <element E, fusable F, class V>
V factor_of(const F& f, V x) {
  if constexpr (std::same_as<F, unchanged>) {
    return x;
  } else {
    return rounded_to<E>(f(x));
  }
}

/// The last operations on the sums of a convolution before they are stored. Sums have type T; inputs and results have type E.
template <scalar T, fusable F = unchanged, element E = T>
struct epilogue {
  const T* bias   = nullptr;  ///< (channels)
  const E* input  = nullptr;  ///< of the output's extents
  const E* addend = nullptr;  ///< of the output's extents
  F function{};               ///< f

  constexpr bool idle() const { return bias == nullptr && input == nullptr && addend == nullptr; }  ///< whether it changes nothing

  /// The same for an output that begins `element` elements and `channel` channels later.
  constexpr epilogue from(index_t element, index_t channel) const {
    const auto later = [](auto* p, index_t n) { return p == nullptr ? p : p + n; };
    return {later(bias, channel), later(input, element), later(addend, element), function};
  }

  /// The bias of `count` channels from `channel` on; zeros if there is no bias.
  template <class Count>
  pack<T> shift(index_t channel, Count count) const {
    return bias == nullptr ? pack<T>{} : load_pack(bias + channel, count);
  }

  /// The results at element `element` of the output, given the sums with the bias already added.
  template <class Count>
  pack<T> operator()(pack<T> shifted, index_t element, Count count) const {
    if constexpr (!std::same_as<F, unchanged>) shifted *= function.derivative(load_pack(input + element, count));
    if (addend != nullptr) shifted += load_pack(addend + element, count);
    return shifted;
  }
};

}  // namespace jem::inline v0
