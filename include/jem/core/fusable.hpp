// SPDX-License-Identifier: MIT
// Functions that may be applied wherever an element is read, inside of another operation's loop.
#pragma once

#include <jem/core/compiler.hpp>

#include <type_traits>

namespace jem::inline v0 {

/// A function with a derivative that may be applied wherever an element is read: it is so cheap that it may be applied repeatedly. Its
/// value at 0 is 0, so that the zeros around an image stay zeros. It is written for numbers and for packs of them alike (vector types of
/// the compiler: arithmetic, comparisons, ?: and `filled`). A function declares this by `static constexpr bool fusable = true`; a function
/// without the member is not fusable.
template <class F>
concept fusable = requires { requires F::fusable; };

/// A number or a pack of numbers.
template <class V>
constexpr V filled(double value) {
  if constexpr (std::is_arithmetic_v<V>) {
    return static_cast<V>(value);
  } else {
    return V{} + static_cast<std::remove_cvref_t<decltype(V{}[0])>>(value);
  }
}

/// x
struct unchanged {
  static constexpr bool fusable = true;  ///< see fusable

  template <class V>
  constexpr V operator()(V x) const {
    return x;
  }
  /// 1
  template <class V>
  constexpr V derivative(V) const {
    return filled<V>(1);
  }
};

}  // namespace jem::inline v0
