// SPDX-License-Identifier: MIT
// bfloat16: the upper half of a float, that is its sign, its eight exponent bits and the upper seven bits of its fraction. It is a type
// for stored elements and for the factors of products. Arithmetic is done in float.
#pragma once

#include <jem/core/compiler.hpp>

#include <bit>
#include <cstdint>

namespace jem::inline v0 {

/// A number with 8 significant bits and the range of a float. The conversion to float is implicit. The conversion from float is
/// explicit and rounds to the nearest, ties to even. Values that are too large become infinite, and NaN stays NaN.
struct bfloat16 {
  std::uint16_t bits;  ///< the upper 16 bits of a float

  bfloat16() = default;
  /// The nearest bfloat16.
  constexpr explicit bfloat16(float value) : bits(upper_half(value)) {}

  /// The same number as a float.
  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

 private:
  static constexpr std::uint16_t upper_half(float value) {
    const auto all     = std::bit_cast<std::uint32_t>(value);
    const auto rounded = all + 0x7fffu + ((all >> 16) & 1u);  // a carry into the exponent gives the next power of 2, as it should
    const auto quiet   = all | 0x400000u;                     // for NaN: sets a bit of the upper half, which could be that of infinity
    return static_cast<std::uint16_t>((value != value ? quiet : rounded) >> 16);
  }
};

}  // namespace jem::inline v0
