// SPDX-License-Identifier: MIT
// The last operations on the sums of a convolution before they are stored: (sum + bias)·f′(input) + addend; null pointers are left out.
#pragma once

#include <jem/backend/cpu/simd.hpp>
#include <jem/core/fusable.hpp>

#include <concepts>

namespace jem::inline v0 {

/// f(x) as a factor: rounded as elements of type E are. x is a pack of them.
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
  const E* input  = nullptr;  ///< as the output
  const E* addend = nullptr;  ///< as the output
  F function{};               ///< f

  constexpr bool idle() const { return bias == nullptr && input == nullptr && addend == nullptr; }  ///< sums stay as they are

  /// The same for an output that begins so many elements and channels later.
  constexpr epilogue from(index_t element, index_t channel) const {
    const auto later = [](auto* p, index_t n) { return p == nullptr ? p : p + n; };
    return {later(bias, channel), later(input, element), later(addend, element), function};
  }

  /// The bias of `count` channels from `channel` on; zeros without one.
  template <class Count>
  pack<T> shift(index_t channel, Count count) const {
    return bias == nullptr ? pack<T>{} : load_pack(bias + channel, count);
  }

  /// What to write of sums that are shifted already, at an element of the output.
  template <class Count>
  pack<T> operator()(pack<T> shifted, index_t element, Count count) const {
    if constexpr (!std::same_as<F, unchanged>) shifted *= function.derivative(load_pack(input + element, count));
    if (addend != nullptr) shifted += load_pack(addend + element, count);
    return shifted;
  }
};

}  // namespace jem::inline v0
