// SPDX-License-Identifier: MIT
// The conformance suite, part six: the gradients of every layer and network of the library with respect to the input and to every
// parameter, compared with central differences in double. The tolerance is 1e-6; the differences are accurate to 1e-9. A new layer needs
// one more line here.
#pragma once

#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/gradients.hpp>
#include <jem/core/concat.hpp>
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

namespace jem::inline v0::conformance {

inline constexpr double gradient_tolerance = 1e-6;  ///< of a gradient, relative

namespace detail {

inline void hold_gradient(evidence& e, const char* of, double error) {
  e.hold(error, gradient_tolerance, unit::relative, [of] { return std::string(of); });
}

}  // namespace detail

/// Linear maps, convolutions, pools, the energy head, normalisation.
template <class B>
evidence layers_have_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{61};
  evidence e   = on_fresh_memory<B>();
  const T rows = random_tensor<T>({5, 7}, 62), images = random_tensor<T>({2, 6, 4, 3}, 63);
  detail::hold_gradient(e, "linear", check_layer_gradients(make_linear<T>(7, 4, g), rows));
  for (const conv2d_options& o : {conv2d_options{3, 4}, {3, 2, 4, 2, 1}, {3, 2, 2, 3, 0}, {3, 1, 1, 1, 0}, {3, 2, 4, 1, 2}}) {
    e.hold(check_layer_gradients(make_conv2d<T>(o, g), images), gradient_tolerance, unit::relative,
           [&] { return concat("conv2d, ", detail::named("kernel", o.kernel, "stride", o.stride, "padding", o.padding)); });
  }
  detail::hold_gradient(e, "average_pool", check_layer_gradients(average_pool{2}, images));
  detail::hold_gradient(e, "global_average_pool", check_layer_gradients(global_average_pool{}, images));
  detail::hold_gradient(e, "flatten", check_layer_gradients(flatten{}, images));
  detail::hold_gradient(e, "energy_head", check_layer_gradients(make_energy_head<T>(7, 4, g), rows));
  normalize<T> frozen(7);
  frozen.weight = random_tensor<T>({7}, 68);
  update_statistics(frozen, rows, 0.5f);
  detail::hold_gradient(e, "normalize", check_layer_gradients(frozen, rows));
  return e;
}

/// Every activation at numbers up to 3.
template <class B>
evidence activations_have_the_gradients_of_central_differences() {
  using T    = tensor<double, B>;
  const T x  = 3.0 * random_tensor<T>({4, 10}, 64);
  evidence e = on_fresh_memory<B>();
  detail::hold_gradient(e, "leaky_relu", check_layer_gradients(leaky_relu{}, x));
  detail::hold_gradient(e, "leaky_relu of another slope", check_layer_gradients(leaky_relu{{.slope = 0.01f}}, x));
  detail::hold_gradient(e, "relu", check_layer_gradients(relu{}, x));
  detail::hold_gradient(e, "swish", check_layer_gradients(swish{}, x));
  detail::hold_gradient(e, "softplus", check_layer_gradients(jem::softplus{}, x));
  detail::hold_gradient(e, "tanh", check_layer_gradients(jem::tanh{}, x));
  return e;
}

/// Chains of layers, and the energies of networks.
template <class B>
evidence networks_have_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{65};
  evidence e   = on_fresh_memory<B>();
  const T rows = random_tensor<T>({3, 4}, 66), images = random_tensor<T>({2, 4, 4, 1}, 67);
  const sequential chain(make_conv2d<T>({.in = 1, .out = 2}, g), swish{}, average_pool{2}, flatten{}, make_linear<T>(8, 3, g));
  const convnet<T> net({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2, 3}}, g);
  detail::hold_gradient(e, "sequential", check_layer_gradients(chain, images));
  detail::hold_gradient(e, "mlp", check_layer_gradients(mlp<T>({4, 6, 5, 3}, g), rows));
  detail::hold_gradient(e, "mlp of tanh", check_layer_gradients(mlp<T, jem::tanh>({4, 3}, g), rows));
  detail::hold_gradient(e, "convnet", check_layer_gradients(net, images));
  detail::hold_gradient(e, "marginal energy of a convnet", check_energy_gradient(marginal_energy{net}, images));
  detail::hold_gradient(e, "joint energy of a convnet", check_energy_gradient(joint_energy{net, labels<T>({2}, {2, 0})}, images));
  return e;
}

/// Wide residual blocks and networks, with frozen normalisation and energy heads, too.
template <class B>
evidence residual_networks_have_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{69};
  evidence e     = on_fresh_memory<B>();
  const T images = random_tensor<T>({2, 3, 3, 2}, 70), pixels = random_tensor<T>({2, 4, 3, 1}, 71);
  detail::hold_gradient(e, "a block", check_layer_gradients(make_wide_block<T>({.in = 2, .out = 2}, g), images));
  detail::hold_gradient(e, "a block that halves", check_layer_gradients(make_wide_block<T>({.in = 2, .out = 3, .stride = 2}, g), images));
  using normalised = residual<preactivated<T, leaky_relu, normalize<T>>>;
  repeat<normalised> blocks;
  for (int i = 0; i < 2; ++i) blocks.layers.push_back(make_wide_block<T, leaky_relu, normalize<T>>({.in = 2, .out = 2}, g));
  update_statistics(blocks, images, 0.5f);
  detail::hold_gradient(e, "normalised blocks", check_layer_gradient_directions(blocks, images));
  for (const bool head : {false, true}) {
    const wide_resnet<T> net({.depth = 10, .width = 2, .channels = 1, .classes = 3, .energy_head = head, .stem = 1}, g);
    const auto hold = [&](const char* of, double error) {
      e.hold(error, gradient_tolerance, unit::relative, [&] { return std::string(of) + ", " + detail::named("energy head", head); });
    };
    hold("wide_resnet", check_layer_gradient_directions(net, pixels));
    hold("marginal energy of a wide_resnet", check_energy_gradient(marginal_energy{net}, pixels));
    hold("joint energy of a wide_resnet", check_energy_gradient(joint_energy{net, labels<T>({2}, {2, 0})}, pixels));
  }
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_layers{
    check{"layers have the gradients of central differences", layers_have_the_gradients_of_central_differences<B>},
    check{"activations have the gradients of central differences", activations_have_the_gradients_of_central_differences<B>},
    check{"networks and their energies have the gradients of central differences", networks_have_the_gradients_of_central_differences<B>},
    check{"residual networks have the gradients of central differences", residual_networks_have_the_gradients_of_central_differences<B>}};

}  // namespace jem::inline v0::conformance
