// SPDX-License-Identifier: MIT
// The parameter gradient of a loss through a network, compared with central differences of the losses in plain double arithmetic.
#pragma once

#include <jem/conformance/loss_oracle.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/train/value_and_grad.hpp>

namespace jem::inline v0::conformance {

/// Batches of different sizes for three classes; their items have the extents `item`.
template <class T>
phases<T> wave_images(const shape& item) {
  return {.x             = waves<T>(item.under(4), 1, 1),
          .y             = labels<T>({4}, {0, 2, 1, 2}),
          .unlabelled    = waves<T>(item.under(3), 1, 2.3),
          .samples       = waves<T>(item.under(5), 1, 0.7),
          .conditional   = waves<T>(item.under(2), 1, 3.1),
          .conditional_y = labels<T>({2}, {1, 0}),
          .outliers      = waves<T>(item.under(3), 1, 0.2)};
}

/// The logits of all batches, each of which passes through the network separately.
template <class T, class Net>
phases<T> separate_logits(const Net& net, const phases<T>& images) {
  const auto forward = [&](const T& batch) {
    typename Net::template cache<T> cache;
    return batch.size() == 0 ? T() : net.forward(batch, cache);
  };
  return {.x             = forward(images.x),
          .y             = images.y,
          .unlabelled    = forward(images.unlabelled),
          .samples       = forward(images.samples),
          .conditional   = forward(images.conditional),
          .conditional_y = images.conditional_y,
          .outliers      = forward(images.outliers)};
}

/// The largest error of ∂L/∂θ, element by element.
template <class T, class Net, class Loss, class Oracle>
double parameter_gradient_error(const Loss& loss, Net net, const phases<T>& images, Oracle oracle) {
  const auto [value, gradient] = value_and_grad(loss, net, images);
  const auto total             = [&] { return oracle(on_the_host(separate_logits(net, images))); };
  double largest               = std::abs(static_cast<double>(value) - total());
  for_each_parameter_of(
      [&](T& parameter, const T& slope) {
        const auto moved = [&](const std::vector<double>& values) {
          parameter = T(parameter.extents(), values);
          return total();
        };
        const auto at    = parameter.to_vector();
        const auto error = largest_difference(slope.to_vector(), central_differences(at, moved));
        largest          = error <= largest ? largest : error;
        parameter        = T(parameter.extents(), at);
      },
      net, gradient);
  return largest;
}

}  // namespace jem::inline v0::conformance
