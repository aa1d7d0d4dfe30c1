// SPDX-License-Identifier: MIT
// The tests of convolutions and layers check what these do with it.
#include <jem/backend/reference.hpp>
#include <jem/tensor/around.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using floats = jem::tensor<float, jem::reference>;
using halves = jem::tensor<jem::bfloat16, jem::reference>;

TEST_CASE("by default around has no function, addend or weights, and its output type is the input's") {
  const jem::around<floats> nothing;
  static_assert(std::is_same_v<decltype(nothing.function), jem::unchanged> && std::is_same_v<decltype(nothing.addend), const floats*>);
  CHECK(nothing.addend == nullptr);
  CHECK(nothing.weights == nullptr);
}

TEST_CASE("an addend has the output's type, and prepared weights have the input's") {
  using summed = jem::around<halves, jem::unchanged, floats>;
  static_assert(std::is_same_v<decltype(summed{}.addend), const floats*>);
  static_assert(std::is_same_v<decltype(summed{}.weights), const jem::prepared_weights<halves>*>);
  CHECK(true);
}

TEST_CASE("prepared weights are for images of one size, and any number of them") {
  jem::prepared_weights<floats> weights{.forward = floats(jem::shape{3}), .h = 4, .w = 5};
  const jem::convolution_shape fits{7, 4, 5, 1, 3, 3, 1, 1, 1}, other{7, 5, 4, 1, 3, 3, 1, 1, 1};
  CHECK(weights.of(weights.forward, fits) == weights.forward.data());
  CHECK(weights.of(weights.forward, other) == nullptr);
  CHECK(weights.of(weights.backward, fits) == nullptr);
}
