// SPDX-License-Identifier: MIT
// The upper half of a float: its sign, its eight bits of exponent, and seven of its fraction. A type for storage and for the
// factors of products; arithmetic is done in float.
#pragma once

#include <jem/core/compiler.hpp>

#include <bit>
#include <cstdint>

namespace jem::inline v0 {

/// A number of 8 significant bits in a float's range. The conversion to float is implicit. The
/// conversion from float is explicit and rounds to the nearest, ties to even; too large values become infinite, NaN stays NaN.
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
    const auto rounded = all + 0x7fffu + ((all >> 16) & 1u);  // carries into the exponent as it should
    const auto quiet   = all | 0x400000u;                     // a NaN whose upper half alone would be infinity
    return static_cast<std::uint16_t>((value != value ? quiet : rounded) >> 16);
  }
};

}  // namespace jem::inline v0
