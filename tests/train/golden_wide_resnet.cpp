// SPDX-License-Identifier: MIT
#include "../support/golden_wide_resnet.hpp"

using namespace test;

TEST_CASE_TEMPLATE("a whole training step of a wide ResNet is PyTorch's: samples, loss, gradients and the weights after adam", T,
                   reference_double, eigen_double, eigen_float) {
  const auto file = golden_file<T>();
  auto net        = golden_network<T>(file);
  jem::rng unused{1};
  const T samples = jem::evolve(descent, jem::marginal_energy{net}, golden<T>(file, "chains"), 3, unused);
  CHECK(largest_difference(samples.to_vector(), golden<T>(file, "samples").to_vector()) < tolerance<T>);

  const auto [value, gradient] = jem::value_and_grad(loss, net, golden_batches(file, samples));
  CHECK(value == doctest::Approx(golden<T>(file, "loss").to_vector()[0]).epsilon(1e-6));
  CHECK(largest_difference(in_order_of_names(gradient), golden<T>(file, "gradient").to_vector()) < tolerance<T>);

  if constexpr (std::same_as<typename T::value_type, double>) {  // Adam's first update is the gradient's sign, which float may get wrong
    const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.01f}};
    auto moments = optimiser.init(net);
    optimiser.step(moments, net, gradient);
    CHECK(largest_difference(in_order_of_names(net), golden<T>(file, "updated").to_vector()) < tolerance<T>);
  }
}
