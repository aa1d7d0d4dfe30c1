// SPDX-License-Identifier: MIT
// The conformance suite, part four: the gradients of every layer, network and energy of the library with respect to the input
// and to every parameter, against central differences in double. Tolerance 1e-6, where the differences are good to 1e-9.
#pragma once

#include "../support/gradients.hpp"

#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/energy_head.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/pool.hpp>
#include <jem/nn/repeat.hpp>
#include <jem/nn/residual.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

namespace conformance {

inline constexpr double gradient_tolerance = 1e-6;

template <class B>
void layers_have_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{61};
  const T rows = test::random_tensor<T>({5, 7}, 62), images = test::random_tensor<T>({2, 6, 4, 3}, 63);
  CHECK(test::check_layer_gradients(jem::make_linear<T>(7, 4, g), rows) < gradient_tolerance);
  for (const jem::conv2d_options& o : {jem::conv2d_options{3, 4}, {3, 2, 4, 2, 1}, {3, 2, 2, 3, 0}, {3, 1, 1, 1, 0}, {3, 2, 4, 1, 2}}) {
    CAPTURE(o.kernel);
    CAPTURE(o.stride);
    CHECK(test::check_layer_gradients(jem::make_conv2d<T>(o, g), images) < gradient_tolerance);
  }
  CHECK(test::check_layer_gradients(jem::average_pool{2}, images) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::global_average_pool{}, images) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::flatten{}, images) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::make_energy_head<T>(7, 4, g), rows) < gradient_tolerance);
  jem::normalize<T> normalize(7);
  normalize.weight = test::random_tensor<T>({7}, 68);
  jem::update_statistics(normalize, rows, 0.5f);
  CHECK(test::check_layer_gradients(normalize, rows) < gradient_tolerance);
}

template <class B>
void residual_networks_have_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{69};
  const T images = test::random_tensor<T>({2, 3, 3, 2}, 70), pixels = test::random_tensor<T>({2, 4, 3, 1}, 71);
  CHECK(test::check_layer_gradients(jem::make_wide_block<T>({.in = 2, .out = 2}, g), images) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::make_wide_block<T>({.in = 2, .out = 3, .stride = 2}, g), images) < gradient_tolerance);
  using normalised = jem::residual<jem::preactivated<T, jem::leaky_relu, jem::normalize<T>>>;
  jem::repeat<normalised> blocks;
  for (int i = 0; i < 2; ++i) blocks.layers.push_back(jem::make_wide_block<T, jem::leaky_relu, jem::normalize<T>>({.in = 2, .out = 2}, g));
  jem::update_statistics(blocks, images, 0.5f);
  CHECK(test::check_layer_gradient_directions(blocks, images) < gradient_tolerance);
  for (const bool energy_head : {false, true}) {
    CAPTURE(energy_head);
    const jem::wide_resnet<T> net({.depth = 10, .width = 2, .channels = 1, .classes = 3, .energy_head = energy_head, .stem = 1}, g);
    CHECK(test::check_layer_gradient_directions(net, pixels) < gradient_tolerance);
    CHECK(test::check_energy_gradient(jem::marginal_energy{net}, pixels) < gradient_tolerance);
    CHECK(test::check_energy_gradient(jem::joint_energy{net, jem::labels<T>({2}, {2, 0})}, pixels) < gradient_tolerance);
  }
}

template <class B>
void activations_have_the_gradients_of_central_differences() {
  using T   = jem::tensor<double, B>;
  const T x = 3.0 * test::random_tensor<T>({4, 10}, 64);
  CHECK(test::check_layer_gradients(jem::leaky_relu{}, x) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::leaky_relu{{.slope = 0.01f}}, x) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::relu{}, x) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::swish{}, x) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::softplus{}, x) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::tanh{}, x) < gradient_tolerance);
}

template <class B>
void networks_have_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{65};
  const T rows = test::random_tensor<T>({3, 4}, 66), images = test::random_tensor<T>({2, 4, 4, 1}, 67);
  const jem::sequential chain(jem::make_conv2d<T>({.in = 1, .out = 2}, g), jem::swish{}, jem::average_pool{2}, jem::flatten{},
                              jem::make_linear<T>(8, 3, g));
  const jem::convnet<T> net({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2, 3}}, g);
  CHECK(test::check_layer_gradients(chain, images) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::mlp<T>({4, 6, 5, 3}, g), rows) < gradient_tolerance);
  CHECK(test::check_layer_gradients(jem::mlp<T, jem::tanh>({4, 3}, g), rows) < gradient_tolerance);
  CHECK(test::check_layer_gradients(net, images) < gradient_tolerance);
  CHECK(test::check_energy_gradient(jem::marginal_energy{net}, images) < gradient_tolerance);
  CHECK(test::check_energy_gradient(jem::joint_energy{net, jem::labels<T>({2}, {2, 0})}, images) < gradient_tolerance);
}

}  // namespace conformance
