// SPDX-License-Identifier: MIT
#include <jem/core/convolution_terms.hpp>

#include <doctest/doctest.h>

#include <type_traits>

TEST_CASE("a convolution has nothing beside its products unless it is said") {
  constexpr jem::convolution_terms<float> forward;
  constexpr jem::gradient_terms<double> backward;
  static_assert(std::is_same_v<decltype(forward.function), jem::unchanged> && forward.bias == nullptr && forward.addend == nullptr);
  static_assert(std::is_same_v<decltype(backward.function), jem::unchanged> && backward.input == nullptr && backward.addend == nullptr);
  CHECK(true);
}

TEST_CASE("biases are of what sums are kept in, addends of what images are stored in") {
  using terms = jem::convolution_terms<short, jem::unchanged, float>;
  static_assert(std::is_same_v<decltype(terms{}.bias), const float*> && std::is_same_v<decltype(terms{}.addend), const short*>);
  CHECK(true);
}
