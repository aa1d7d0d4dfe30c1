// SPDX-License-Identifier: MIT
#include <jem/core/convolution_terms.hpp>

#include <doctest/doctest.h>

#include <type_traits>

TEST_CASE("by default a convolution has no function of its input, no bias and no addend") {
  constexpr jem::convolution_terms<float> forward;
  constexpr jem::gradient_terms<double> backward;
  static_assert(std::is_same_v<decltype(forward.function), jem::unchanged> && forward.bias == nullptr && forward.addend == nullptr);
  static_assert(std::is_same_v<decltype(backward.function), jem::unchanged> && backward.input == nullptr && backward.addend == nullptr);
  CHECK(true);
}

TEST_CASE("biases have the type of the sums, and addends the type of the images") {
  using terms = jem::convolution_terms<short, jem::unchanged, float>;
  static_assert(std::is_same_v<decltype(terms{}.bias), const float*> && std::is_same_v<decltype(terms{}.addend), const short*>);
  CHECK(true);
}
