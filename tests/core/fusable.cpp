// SPDX-License-Identifier: MIT
#include <jem/core/fusable.hpp>

#include <doctest/doctest.h>

namespace {

struct heavy {
  float operator()(float x) const { return x; }
};
struct refused {
  static constexpr bool fusable = false;
};
typedef double four __attribute__((vector_size(32)));

}  // namespace

TEST_CASE("a function is fusable only if it says so") {
  static_assert(jem::fusable<jem::unchanged>);
  static_assert(!jem::fusable<heavy> && !jem::fusable<refused> && !jem::fusable<int>);
  CHECK(true);
}

TEST_CASE("filled makes a number, or a pack of equal numbers") {
  static_assert(jem::filled<float>(0.5) == 0.5f && jem::filled<double>(-2) == -2.0);
  const four pack = jem::filled<four>(0.25);
  for (int i = 0; i < 4; ++i) CHECK(pack[i] == 0.25);
}

TEST_CASE("unchanged is the identity with derivative 1, for numbers and for packs") {
  static_assert(jem::unchanged{}(3.0f) == 3.0f && jem::unchanged{}.derivative(3.0f) == 1.0f);
  const four x{1, -2, 3, -4}, same = jem::unchanged{}(x), slope = jem::unchanged{}.derivative(x);
  for (int i = 0; i < 4; ++i) {
    CHECK(same[i] == x[i]);
    CHECK(slope[i] == 1);
  }
}
