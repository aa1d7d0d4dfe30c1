// SPDX-License-Identifier: MIT
// The conformance suite, part five: the gradients of every loss of the library and of a weighted sum of all, with respect to the
// logits and, through networks, to every parameter, against central differences in double. Tolerance 5e-6: a loss is told in
// float, and may be 10. A new loss is a line of test::for_each_loss.
#pragma once

#include "../support/loss_gradients.hpp"

#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>

#include <doctest/doctest.h>

namespace conformance {

inline constexpr double loss_tolerance = 5e-6;

template <class B>
void losses_have_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{71};
  const jem::mlp<T> net({3, 4, 3}, g);
  test::for_each_loss([&](const char* name, const auto& loss, auto oracle) {
    CAPTURE(name);
    CHECK(test::loss_error(loss, test::wave_logits<T>(), 1, oracle) < loss_tolerance);
    CHECK(test::parameter_gradient_error(loss, net, test::wave_images<T>({3}), oracle) < loss_tolerance);
  });
}

template <class B>
void losses_train_a_whole_convnet_by_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{72};
  const jem::convnet<T> net({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2, 3}}, g);
  CHECK(test::parameter_gradient_error(test::everything, net, test::wave_images<T>({4, 4, 1}), test::everything_value) < loss_tolerance);
}

}  // namespace conformance
