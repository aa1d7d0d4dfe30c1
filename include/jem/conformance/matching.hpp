// SPDX-License-Identifier: MIT
// The conformance suite, part thirteen: the parameter gradients of losses of pairs of points, against central differences in double: of
// mean (∂E/∂x̃ − t)², and of energies and entropies after a sampler's last step. These losses take second derivatives by a difference of
// h·r; with a reach of 1e-4 its own error is of order 1e-8. Tolerance 1e-6.
#pragma once

#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/layers.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_gradient_matching.hpp>
#include <jem/loss/sampler_divergence.hpp>
#include <jem/matching/gradient_pairs.hpp>
#include <jem/matching/last_step.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/value_and_grad.hpp>

namespace jem::inline v0::conformance {

inline constexpr double matching_tolerance = 1e-6;  ///< of a parameter's gradient, relative to 10⁻³ and itself

/// mean (∂E/∂x̃ − t)²
template <class Energy, class T>
double residual_of(const Energy& energy, const gradient_targets<T>& targets) {
  T gradient(targets.x.extents());
  (void)energy.value_and_grad(targets.x, gradient);
  add_scaled(gradient, -1, targets.t);
  return squared_norm(gradient) / static_cast<double>(gradient.size());
}

/// The largest error of the gradient of `loss`, which reads the pairs in `images`, where energy_of(net) is the energy that is matched.
template <class T, class Net, class Loss, class EnergyOf>
double matching_error(const Loss& loss, const Net& net, const phases<T>& images, const gradient_targets<T>& targets, EnergyOf energy_of) {
  const auto of    = value_and_grad(loss, net, images);
  const auto at    = parameter_values(net);
  const auto total = [&](const std::vector<double>& values) {
    const Net moved = with_parameters(net, values);
    return residual_of(energy_of(moved), targets);
  };
  const double value = std::abs(of.value - total(at));
  return (std::max)(value, gradient_error(at, parameter_values(of.gradient), total));
}

/// mean E(x̃) − w·mean log ‖x̃ − nearest‖, with the nearest samples (n, …) held fixed.
template <class Energy, class T>
double sampler_divergence_of(const Energy& energy, const T& position, const T& nearest, double entropy) {
  const T apart = position - nearest;
  double logs   = 0;
  for (const double square : row_dots(apart, apart).to_vector()) logs += std::log(square) / 2;
  return mean(energy.value(position)) - entropy * logs / static_cast<double>(position.extent(0));
}

/// The largest error of sampler_divergence's gradient through step number 3 of the kernel from x (n, …), whose noise is that of a fixed
/// seed. The energy is energy_of(net); y (2n) are its labels, each twice, or empty.
template <class T, class K, class Net, class EnergyOf>
double last_step_error(const K& kernel, const Net& net, const T& x, const labels<T>& y, EnergyOf energy_of,
                       const last_step_options& options = {.reach = 1e-4f}) {
  const auto moved = [&](const Net& n) {
    rng g{17};
    return differentiable_step(kernel, energy_of(n), x, 3, g, options);
  };
  const auto last = moved(net);
  const auto of =
      value_and_grad(sampler_divergence{}, net, phases<T>{.last_steps = last.pairs.x, .last_steps_y = y, .last_steps_by = last.pairs.by});
  const T nearest  = gather_rows(last.position, nearest_others(last.position));
  const auto at    = parameter_values(net);
  const auto total = [&](const std::vector<double>& values) {
    const Net other = with_parameters(net, values);
    return sampler_divergence_of(energy_of(net), moved(other).position, nearest, options.entropy);  // θ is held fixed in E
  };
  return (std::max)(std::abs(of.value - total(at)), gradient_error(at, parameter_values(of.gradient), total));
}

/// Checks the losses that match the gradients of E(x) and of E(x, y), on items of these extents.
template <class T, class Net>
void hold_matching(evidence& e, const char* name, const Net& net, const shape& item) {
  const gradient_targets<T> targets{random_tensor<T>(item.under(3), 91), random_tensor<T>(item.under(3), 92)};
  const labels<T> y({3}, {0, 2, 1});
  const auto marginal = [](const Net& n) { return marginal_energy{n}; };
  const auto joint    = [&](const Net& n) { return joint_energy{n, y}; };
  const auto of_x = pairs_of(marginal(net), targets, 1e-4), of_xy = pairs_of(joint(net), targets, 1e-4);
  const auto hold = [&](double error, const char* of) {
    e.hold(error, matching_tolerance, unit::absolute, [&] { return std::string(name) + ", " + of; });
  };
  hold(matching_error(gradient_matching{}, net, phases<T>{.pairs = of_x.x, .pairs_by = of_x.by}, targets, marginal), "E(x)");
  hold(matching_error(joint_gradient_matching{}, net,
                      phases<T>{.joint_pairs = of_xy.x, .joint_pairs_y = concatenate(y, y), .joint_pairs_by = of_xy.by}, targets, joint),
       "E(x, y)");
  const sgld langevin{.step_size = constant{0.3f}, .noise = fixed_noise{0.2f}};
  hold(last_step_error<T>(langevin, net, targets.x, {}, marginal), "a last step of E(x)");
  hold(last_step_error<T>(langevin, net, targets.x, concatenate(y, y), joint), "a last step of E(x, y)");
}

/// Through linear layers and through convolutions.
template <class B>
evidence matched_gradients_are_learned_by_second_derivatives() {
  using T = tensor<double, B>;
  rng g{73};
  evidence e = on_fresh_memory<B>();
  hold_matching<T>(e, "mlp", mlp<T>({3, 5, 3}, g), {3});
  hold_matching<T>(e, "convnet", convnet<T>({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2, 3}}, g), {4, 4, 1});
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_matching{
    check{"matched gradients are learned by the right second derivatives", matched_gradients_are_learned_by_second_derivatives<B>}};

}  // namespace jem::inline v0::conformance
