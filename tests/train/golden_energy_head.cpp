// SPDX-License-Identifier: MIT
#include "../support/golden_wide_resnet.hpp"

using namespace test;

TEST_CASE_TEMPLATE("a whole training step of a wide ResNet with an energy head is PyTorch's: samples, loss and gradient of --uncond", T,
                   reference_double, eigen_double, eigen_float) {
  const auto file = golden_file<T>();
  const auto net  = golden_network<T>(file, true);
  jem::rng unused{1};
  const T samples = jem::evolve(descent, jem::marginal_energy{net}, golden<T>(file, "chains"), 3, unused);
  CHECK(largest_difference(samples.to_vector(), golden<T>(file, "uncond_samples").to_vector()) < tolerance<T>);
  const auto [value, gradient] = jem::value_and_grad(loss, net, golden_batches(file, samples));
  const auto expected          = golden<T>(file, "uncond_loss_and_norm").to_vector();
  CHECK(value == doctest::Approx(expected[0]).epsilon(1e-6));
  CHECK(jem::global_norm(gradient) == doctest::Approx(expected[1]).epsilon(1e-5));
}
