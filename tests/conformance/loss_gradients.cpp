// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/conformance/loss_gradients.hpp>
#include <jem/nn/models/mlp.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

TEST_CASE("a network's gradient of another loss than the oracle's is found") {
  using tensor = jem::tensor<double, jem::reference>;
  jem::rng g{9};
  const jem::mlp<tensor> net({3, 4, 3}, g);
  const auto images = wave_images<tensor>({3});
  CHECK(parameter_gradient_error(jem::cross_entropy{}, net, images, cross_entropy_value) < 5e-6);
  CHECK(parameter_gradient_error(jem::cross_entropy{}, net, images, [](const logit_phases& f) { return 1.001 * cross_entropy_value(f); }) >
        5e-5);
  CHECK(parameter_gradient_error(jem::contrastive_divergence{}, net, images, cross_entropy_value) > 0.01);
}
