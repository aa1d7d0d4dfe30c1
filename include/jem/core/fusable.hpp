// SPDX-License-Identifier: MIT
// Functions that may be applied inside the loop of another operation, to each element that it reads.
#pragma once

#include <jem/core/compiler.hpp>

#include <type_traits>

namespace jem::inline v0 {

/// A function with a derivative that another operation may apply each time it reads an element. It is so cheap that it may be applied
/// several times to the same element. Its value at 0 is 0, so that zero padding stays zero. It accepts numbers as well as packs of numbers
/// (vector types of the compiler), so it may use only arithmetic, comparisons, ?: and `filled`. A function declares this by
/// `static constexpr bool fusable = true`; a function without the member is not fusable.
template <class F>
concept fusable = requires { requires F::fusable; };

/// The number `value`, or a pack each of whose numbers is `value`.
template <class V>
constexpr V filled(double value) {
  if constexpr (std::is_arithmetic_v<V>) {
    return static_cast<V>(value);
  } else {
    return V{} + static_cast<std::remove_cvref_t<decltype(V{}[0])>>(value);
  }
}

/// The identity: f(x) = x.
struct unchanged {
  static constexpr bool fusable = true;  ///< see fusable

  template <class V>
  constexpr V operator()(V x) const {
    return x;
  }
  /// f′(x) = 1
  template <class V>
  constexpr V derivative(V) const {
    return filled<V>(1);
  }
};

}  // namespace jem::inline v0
