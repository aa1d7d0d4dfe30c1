// SPDX-License-Identifier: MIT
// Sharpness-aware minimisation: the gradient for an update is taken at θ + e, where e leads to a larger loss nearby, so that training ends
// where the loss is flat. From the gradient g at θ, with products element by element and norms over all parameters together:
//   sharpness            e = ρ·g / ‖g‖            Foret et al. 2021, arXiv:2010.01412
//   adaptive_sharpness   e = ρ·θ²·g / ‖|θ|·g‖     Kwon et al. 2021, arXiv:2102.11600; for joint energy-based models with ρ = 2
//                                                 Yang, Su and Ji 2023 (SADA-JEM), arXiv:2209.07959
#pragma once

#include <jem/core/setting.hpp>
#include <jem/nn/parameters.hpp>

#include <cmath>
#include <concepts>
#include <optional>

namespace jem::inline v0 {

/// perturbation(θ, g) is e, a value of the network's own type; nothing where e is zero, and no second gradient is needed.
template <class S, class Net>
concept weight_perturbation =
    std::copy_constructible<S> && parameterised<Net> && requires(const S& s, const Net& net, const Net& gradient) {
      { s.perturbation(net, gradient) } -> std::same_as<std::optional<Net>>;
    };

namespace detail {

/// ρ·g / ‖g‖, in double, since the norm may be out of the range of floats.
struct along_gradient {
  double radius, norm;

  template <class V>
  constexpr V operator()(V gradient) const {
    return static_cast<V>(radius * (static_cast<double>(gradient) / norm));
  }
};

/// ρ·θ·(θ·g / ‖|θ|·g‖), for an element g and its parameter θ. The factor in brackets is at most 1.
struct along_scaled_gradient {
  double radius, norm;

  template <class V>
  constexpr V operator()(V gradient, V parameter) const {
    const auto at = static_cast<double>(parameter);
    return static_cast<V>(radius * at * (at * static_cast<double>(gradient) / norm));
  }
};

/// ‖|θ|·g‖ over all parameters. The products are doubles, which no product of two floats leaves.
template <parameterised Net>
double scaled_norm(const Net& net, const Net& gradient) {
  double total = 0;
  for_each_parameter([&](const auto& p, const auto& g) { total = std::hypot(total, norm(converted<double>(p) * converted<double>(g))); },
                     net, gradient);
  return total;
}

}  // namespace detail

/// The gradient at θ is that of the update. The default.
struct no_sharpness {
  /// Nothing.
  template <parameterised Net>
  std::optional<Net> perturbation(const Net&, const Net&) const {
    return std::nullopt;
  }
};

/// The loss is looked at on a ball of this radius around θ.
struct sharpness {
  not_negative<"sharpness", "radius"> radius = 0.05f;  ///< ρ ≥ 0, the norm of e; 0 switches it off

  /// e = ρ·g / ‖g‖, or nothing for ρ = 0 and for a gradient of zero. It is not finite unless the gradient is.
  template <parameterised Net>
  std::optional<Net> perturbation(const Net&, const Net& gradient) const {
    const double norm = radius > 0 ? global_norm(gradient) : 0;
    if (norm == 0) return std::nullopt;
    std::optional<Net> e = gradient;
    for_each_parameter_of([&](auto& g) { apply(g, detail::along_gradient{radius, norm}); }, *e);
    return e;
  }
};

/// The loss is looked at where ‖e / |θ|‖ ≤ ρ, so that it does not matter how large the weights of a layer are if the next layer makes up
/// for it. Weights of zero stay where they are.
struct adaptive_sharpness {
  not_negative<"adaptive_sharpness", "radius"> radius = 2;  ///< ρ ≥ 0, the norm of e / |θ|; 0 switches it off

  /// e = ρ·θ²·g / ‖|θ|·g‖, or nothing for ρ = 0 and where |θ|·g is zero. It is not finite unless the gradient is.
  template <parameterised Net>
  std::optional<Net> perturbation(const Net& net, const Net& gradient) const {
    const double norm = radius > 0 ? detail::scaled_norm(net, gradient) : 0;
    if (norm == 0) return std::nullopt;
    std::optional<Net> e = gradient;
    for_each_parameter_of([&](auto& g, const auto& p) { apply(g, p, detail::along_scaled_gradient{radius, norm}); }, *e, net);
    return e;
  }
};

/// The network at θ + e. It is a copy: nothing has to be subtracted to be back at θ to the bit.
template <parameterised Net>
Net moved_by(Net net, const Net& e) {
  for_each_parameter_of([](auto& p, const auto& by) { add_scaled(p, 1, by); }, net, e);
  return net;
}

}  // namespace jem::inline v0
