// SPDX-License-Identifier: MIT
// Statistics of the activations of a network. They do not change while it samples or learns, since an energy has to be a function of x
// alone. A program measures them by calling these functions.
#pragma once

#include <jem/nn/parameters.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace jem::inline v0 {

namespace detail {

template <class... Members>
constexpr bool any_keeps_statistics(std::type_identity<std::tuple<Members&...>>);

/// Whether a layer, or one that it holds, has statistics.
template <class L>
constexpr bool keeps_statistics() {
  if constexpr (tensor_like<L>) {
    return false;
  } else if constexpr (has_statistics<L>) {
    return true;
  } else if constexpr (parameterised<L>) {
    return any_keeps_statistics(std::type_identity<decltype(L::parameters(std::declval<L&>()))>{});
  } else {  // a range of layers, or one that may be missing
    return keeps_statistics<typename L::value_type>();
  }
}

template <class... Members>
constexpr bool any_keeps_statistics(std::type_identity<std::tuple<Members&...>>) {
  return (keeps_statistics<std::remove_cvref_t<Members>>() || ...);
}

}  // namespace detail

/// A layer without statistics, or one with a function update_statistics(x, momentum), which passes a batch through the layer and moves
/// its statistics and those of the layers in it.
template <class L, class T>
concept updates_statistics = layer<L, T> && (!detail::keeps_statistics<L>() || requires(L& f, T x, float momentum) {
                               { f.update_statistics(std::move(x), momentum) } -> std::same_as<T>;
                             });

/// Passes a batch through a network and moves each statistic s to (1 − momentum)·s + momentum·(that of the batch). It begins with the
/// first layer, so that the input of each layer is computed with the new statistics of the layers before it. A momentum of 1 replaces s
/// by that of the batch. Returns the output. Throws std::invalid_argument for a momentum outside [0, 1].
template <class L, tensor_value T>
  requires updates_statistics<L, T>
T update_statistics(L& net, T x, float momentum) {
  if (!(momentum >= 0 && momentum <= 1)) fail("update_statistics", "a momentum in [0, 1]", std::to_string(momentum));
  if constexpr (requires { net.update_statistics(std::move(x), momentum); }) {
    return net.update_statistics(std::move(x), momentum);
  } else {
    typename L::template cache<T> cache;
    return net.forward(std::move(x), cache);
  }
}

}  // namespace jem::inline v0
