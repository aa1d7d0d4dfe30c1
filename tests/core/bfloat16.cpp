// SPDX-License-Identifier: MIT
#include <jem/core/bfloat16.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <type_traits>

namespace {

using jem::bfloat16;

bfloat16 of_bits(std::uint32_t bits) {
  bfloat16 x;
  x.bits = static_cast<std::uint16_t>(bits);
  return x;
}

float next(float x, float towards) { return std::nextafter(x, towards); }

constexpr float infinity = std::numeric_limits<float>::infinity();

static_assert(std::is_trivially_copyable_v<bfloat16> && sizeof(bfloat16) == 2);
static_assert(std::is_convertible_v<bfloat16, float> && !std::is_convertible_v<float, bfloat16>, "rounding has to be asked for");
static_assert(float(bfloat16(1.0f)) == 1.0f && bfloat16(-2.0f).bits == 0xc000);

}  // namespace

TEST_CASE("each of the 65536 values is unchanged by conversion to float and back") {
  int numbers = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float wide = of_bits(bits);
    if (std::isnan(wide)) {
      REQUIRE(std::isnan(float(bfloat16(wide))));
    } else {
      REQUIRE(bfloat16(wide).bits == bits);
      ++numbers;
    }
  }
  CHECK(numbers == 65536 - 2 * 127);
}

TEST_CASE("a float is rounded to the nearest value, and a tie to the even one") {
  for (std::uint32_t bits = 0; bits < 0x7f7f; ++bits) {  // both neighbours are finite
    for (const float sign : {1.0f, -1.0f}) {
      const float low = of_bits(bits), high = of_bits(bits + 1);
      const float middle = static_cast<float>((double{low} + double{high}) / 2);  // exact: nine significant bits
      const float even   = bits % 2 == 0 ? low : high;
      REQUIRE(float(bfloat16(sign * middle)) == sign * even);
      REQUIRE(float(bfloat16(sign * next(middle, low))) == sign * low);
      REQUIRE(float(bfloat16(sign * next(middle, high))) == sign * high);
      REQUIRE(std::signbit(float(bfloat16(sign * low))) == (sign < 0));
    }
  }
}

TEST_CASE("subnormal numbers are kept, not flushed") {
  CHECK(float(of_bits(1)) == std::ldexp(1.0f, -133));
  CHECK(bfloat16(std::ldexp(1.0f, -133)).bits == 1);
  CHECK(bfloat16(std::ldexp(1.0f, -134)).bits == 0);  // half of the smallest: a tie, and 0 is even
  CHECK(bfloat16(std::ldexp(3.0f, -134)).bits == 2);
}

TEST_CASE("a float beyond the largest value is infinite if it is not nearer to that value than to 2^128") {
  const float largest = of_bits(0x7f7f);
  const float tie     = std::ldexp(511.0f, 119);  // between the largest and 2^128
  CHECK(float(bfloat16(next(tie, 0))) == largest);
  CHECK(float(bfloat16(tie)) == infinity);
  CHECK(float(bfloat16(std::numeric_limits<float>::max())) == infinity);
  CHECK(float(bfloat16(-std::numeric_limits<float>::max())) == -infinity);
  CHECK(float(bfloat16(infinity)) == infinity);
}

TEST_CASE("NaN stays NaN with its sign, even if its payload is in the lower bits or rounding would carry into the sign") {
  for (const std::uint32_t bits : {0x7f800001u, 0xff800001u, 0x7fffffffu, 0xffffffffu, 0x7fc00000u}) {
    const float nan = std::bit_cast<float>(bits);
    CHECK(std::isnan(float(bfloat16(nan))));
    CHECK((bfloat16(nan).bits >> 15) == (bits >> 31));
  }
}
