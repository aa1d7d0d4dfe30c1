// SPDX-License-Identifier: MIT
// Tests of a Wide ResNet whose weights PyTorch has written. Its logits, energies and input gradients have to be PyTorch's, and so has one
// whole training step: three steps of the paper's sampler without noise, the loss of Algorithm 1, its gradient and an update of Adam.
// tests/golden/make_wide_resnet.py wrote tests/golden/wide_resnet.safetensors, and says what is in it. Each file of
// train/golden_wide_resnet_*.cpp invokes the cases for one type of tensors: a network of this size takes seconds to compile.
#pragma once

#include "doubles.hpp"
#include "gradients.hpp"

#include <jem/energy/marginal.hpp>
#include <jem/io/safetensors.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/value_and_grad.hpp>

#include <filesystem>

namespace test {

/// The tensors of the file; for tensors of doubles, its values are converted to double.
template <class T>
jem::io::tensor_map golden_file() {
  auto tensors = jem::io::read_safetensors(std::filesystem::path(__FILE__).parent_path() / "../golden/wide_resnet.safetensors");
  if constexpr (std::same_as<typename T::value_type, double>) {
    for (auto& [name, tensor] : tensors) {
      if (tensor.dtype != "F32") continue;
      const auto values = jem::io::from_named_tensor<jem::tensor<float, jem::reference>>(tensors, name, "golden");
      tensor            = jem::io::to_named_tensor(reference_double(values.extents(), as<double>(values.to_vector())));
    }
  }
  return tensors;
}

template <class T>
T golden(const jem::io::tensor_map& tensors, const std::string& name) {
  return jem::io::from_named_tensor<T>(tensors, "golden." + name, "golden");
}

template <class T>
jem::wide_resnet<T> golden_network(const jem::io::tensor_map& tensors, bool energy_head = false) {
  jem::rng g{1};
  jem::wide_resnet<T> net({.depth = 16, .width = 1, .classes = 3, .energy_head = energy_head, .stem = 2}, g);
  jem::io::assign_parameters(tensors, net, "golden", jem::io::torch_wide_resnet());
  return net;
}

/// The values in the file, of up to 6, are rounded to float32, by 6e-8 of the value. In double further rounding errors are far smaller; in
/// float they accumulate.
template <class T>
inline constexpr double tolerance = std::same_as<typename T::value_type, double> ? 4e-7 : 1e-4;

/// All parameters in PyTorch's axes, in the order of PyTorch's names.
template <class Net>
std::vector<double> in_order_of_names(const Net& net) {
  using T = jem::tensor<typename jem::tensor_type_of<Net>::value_type, jem::reference>;
  std::vector<double> all;
  const auto tensors = jem::io::parameters_of(net, jem::io::torch_wide_resnet());
  for (const auto& [name, unused] : tensors) {
    for (const auto value : jem::io::from_named_tensor<T>(tensors, name, "net").to_vector()) all.push_back(value);
  }
  return all;
}

inline constexpr jem::sgld descent{.step_size = jem::constant{1.0f}, .noise = jem::no_noise{}};
inline constexpr auto loss = jem::cross_entropy{} + jem::contrastive_divergence{};

template <class T>
jem::phases<T> golden_batches(const jem::io::tensor_map& tensors, const T& samples) {
  return {.x          = golden<T>(tensors, "x"),
          .y          = golden<jem::labels<T>>(tensors, "y"),
          .unlabelled = golden<T>(tensors, "unlabelled"),
          .samples    = samples};
}

TEST_CASE_TEMPLATE_DEFINE("a wide ResNet with PyTorch's weights has PyTorch's logits, energies and input gradients", T, golden_logits) {
  const auto file = golden_file<T>();
  const auto net = golden_network<T>(file), with_energy = golden_network<T>(file, true);
  const T x = golden<T>(file, "x");
  typename jem::wide_resnet<T>::template cache<T> cache;
  CHECK(largest_difference(net.forward(x, cache).to_vector(), golden<T>(file, "logits").to_vector()) < tolerance<T>);
  T slope(x.extents());
  jem::marginal_energy{net}.value_and_grad(x, slope);
  CHECK(largest_difference(slope.to_vector(), golden<T>(file, "input_gradient").to_vector()) < tolerance<T>);
  CHECK(largest_difference(jem::marginal_energy{with_energy}.value(x).to_vector(), golden<T>(file, "energy").to_vector()) < tolerance<T>);
  CHECK(largest_difference(softmax(with_energy.forward(x, cache)).to_vector(), softmax(golden<T>(file, "logits")).to_vector()) <
        tolerance<T>);
}

TEST_CASE_TEMPLATE_DEFINE("a whole training step of a wide ResNet is PyTorch's: samples, loss, gradients and the weights after adam", T,
                          golden_training_step) {
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

TEST_CASE_TEMPLATE_DEFINE("a whole training step of a wide ResNet with an energy head is PyTorch's: samples, loss and gradient of --uncond",
                          T, golden_step_with_energy_head) {
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

}  // namespace test
