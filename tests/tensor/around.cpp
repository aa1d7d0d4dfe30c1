// SPDX-License-Identifier: MIT
// What convolutions and layers do with it is tested beside them.
#include <jem/backend/reference.hpp>
#include <jem/tensor/around.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using floats = jem::tensor<float, jem::reference>;
using halves = jem::tensor<jem::bfloat16, jem::reference>;

TEST_CASE("nothing stands around a layer unless it is said, and its output is of its input's type") {
  const jem::around<floats> nothing;
  static_assert(std::is_same_v<decltype(nothing.function), jem::unchanged> && std::is_same_v<decltype(nothing.addend), const floats*>);
  CHECK(nothing.addend == nullptr);
  CHECK(nothing.weights == nullptr);
}

TEST_CASE("an addend is of the output's type, laid out weights are of the input's") {
  using summed = jem::around<halves, jem::unchanged, floats>;
  static_assert(std::is_same_v<decltype(summed{}.addend), const floats*>);
  static_assert(std::is_same_v<decltype(summed{}.weights), const jem::prepared_weights<halves>*>);
  CHECK(true);
}

TEST_CASE("laid out weights are for images of one size, however many") {
  jem::prepared_weights<floats> weights{.forward = floats(jem::shape{3}), .h = 4, .w = 5};
  const jem::convolution_shape fits{7, 4, 5, 1, 3, 3, 1, 1, 1}, other{7, 5, 4, 1, 3, 3, 1, 1, 1};
  CHECK(weights.of(weights.forward, fits) == weights.forward.data());
  CHECK(weights.of(weights.forward, other) == nullptr);
  CHECK(weights.of(weights.backward, fits) == nullptr);
}
