// SPDX-License-Identifier: MIT
// A network that computes in another type than that of its weights: activations are stored and multiplied as E, while sums, parameters
// and their gradients keep their type. `compute_in<bfloat16>(net)` halves the memory that a backward pass needs, and on processors and
// devices that multiply bfloat16 faster than float it takes less time. The method is that of Micikevicius et al. 2018, "Mixed precision
// training", arXiv:1710.03740. Their loss scaling is not needed, since bfloat16 has the range of a float: Kalamkar et al. 2019, "A study
// of BFLOAT16 for deep learning training", arXiv:1905.12322.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/statistics.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

/// The layer that holds the network. It rounds its input to E, and returns the sums of the network's last layer without rounding. Its
/// inputs, outputs and gradients have the type of the weights, so that energies, samplers, losses, optimisers and files work unchanged. Its
/// parameters are those of the network, with the same names.
template <element E, class Net>
struct computing_in : made_of<Net> {
  Net net;  ///< the network, whose weights keep their type

  computing_in() = default;
  /// Takes the network with its weights.
  explicit computing_in(Net inner) : net(std::move(inner)) {}

  /// The element type of activations.
  template <tensor_value T>
  using activations = typename T::template rebind<E>;

  template <tensor_value T>
  struct cache {
    typename Net::template cache<activations<T>> net;
  };

  static constexpr std::array parameter_names{""};
  static auto parameters(auto& self) { return std::tie(self.net); }

  /// The same network for constant weights, which are stored as E: see prepared.hpp.
  template <tensor_value T>
    requires(summed_in<activations<T>, T> && layer<Net, activations<T>>)
  auto prepared(preparation<T>& walk) const {
    preparation<activations<T>> rounded(walk.extents());
    computing_in<E, prepared_t<Net, activations<T>>> still(rounded(net));
    walk.continue_from([rounded](const T&) mutable -> shape { return rounded.extents(); });
    return still;
  }

  /// f(round(x)); the sums of the last layer are not rounded, if the network can return them.
  template <tensor_value T>
    requires(summed_in<activations<T>, T> && layer<Net, activations<T>>)
  T forward(const T& x, cache<T>& c) const {
    return forward_with(net, converted<E>(x), c.net, around<activations<T>, unchanged, T>{});
  }

  /// ∂L/∂y → ∂L/∂x; adds ∂L/∂θ to the gradient unless it is null.
  template <tensor_value T>
  T backward(const T& dy, cache<T>& c, computing_in* gradient) const {
    const around<activations<T>> with{};
    return converted<number_of<T>>(backward_with(net, dy, c.net, detail::part(gradient, &computing_in::net), with));
  }

  /// See statistics.hpp.
  template <tensor_value T>
    requires updates_statistics<Net, activations<T>>
  T update_statistics(T x, float momentum) {
    return converted<number_of<T>>(jem::update_statistics(net, converted<E>(std::move(x)), momentum));
  }
};

/// A network that computes in E, such as bfloat16. It can be used wherever a network is expected.
template <element E, class Net>
computing_in<E, Net> compute_in(Net net) {
  return computing_in<E, Net>(std::move(net));
}

}  // namespace jem::inline v0
