// SPDX-License-Identifier: MIT
// The conformance suite, part eight: the value and the gradients of every loss of the library and of a weighted sum of all, with
// respect to the logits and, through networks, to every parameter, compared with central differences in double. The tolerance is 5e-6,
// since losses and gradients may be as large as 10, and the factor of a gradient, weight/n, is a float. A new loss needs one more line in
// for_each_loss.
#pragma once

#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/loss_gradients.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>

namespace jem::inline v0::conformance {

inline constexpr double loss_tolerance = 5e-6;  ///< of a loss and of its gradients, absolute

/// Each loss by itself and all together, through a small network.
template <class B>
evidence losses_have_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{71};
  evidence e = on_fresh_memory<B>();
  const mlp<T> net({3, 4, 3}, g);
  for_each_loss([&](const char* name, const auto& loss, auto oracle) {
    const auto hold = [&](double error, const char* of) {
      e.hold(error, loss_tolerance, unit::absolute, [&] { return std::string(name) + ", " + of; });
    };
    hold(loss_error(loss, wave_logits<T>(), 1, oracle), "logits");
    hold(parameter_gradient_error(loss, net, wave_images<T>({3}), oracle), "parameters");
  });
  return e;
}

/// All losses through convolutions.
template <class B>
evidence losses_train_a_convnet_by_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{72};
  evidence e = on_fresh_memory<B>();
  const convnet<T> net({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2, 3}}, g);
  e.hold(parameter_gradient_error(everything, net, wave_images<T>({4, 4, 1}), everything_value), loss_tolerance, unit::absolute,
         [] { return std::string("a weighted sum"); });
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_losses{check{"every loss, and a weighted sum of all, has the gradients of central differences",
                                                   losses_have_the_gradients_of_central_differences<B>},
                                             check{"a sum of all losses trains a convnet by the gradients of central differences",
                                                   losses_train_a_convnet_by_the_gradients_of_central_differences<B>}};

}  // namespace jem::inline v0::conformance
