// SPDX-License-Identifier: MIT
// Layers one after the other: fₖ ∘ … ∘ f₁, flat in memory and in the compiler.
#pragma once

#include <jem/nn/prepared.hpp>
#include <jem/nn/statistics.hpp>

#include <tuple>
#include <utility>

namespace jem::inline v0 {

template <class... Layers>
struct sequential : detail::first_tensor<Layers...> {
  std::tuple<Layers...> layers;  ///< in the order of forward

  /// sequential{f₁, …, fₖ}
  explicit sequential(Layers... each) : layers(std::move(each)...) {}

  /// One cache a layer.
  template <tensor_value X>
  using cache = std::tuple<typename Layers::template cache<X>...>;

  static auto parameters(auto& self) {
    return std::apply([](auto&... each) { return std::tie(each...); }, self.layers);
  }

  /// The same chain of prepared layers, see prepared.hpp.
  template <tensor_value T>
    requires(layer<Layers, T> && ...)
  auto prepared(const T& x) const {
    return std::apply([&](const auto&... each) { return jem::sequential<prepared_t<Layers, T>...>(prepared_layer(each, x)...); }, layers);
  }

  /// fₖ(… f₁(x))
  template <tensor_value T>
    requires(layer<Layers, T> && ...)
  T forward(T x, cache<T>& c) const {
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((x = std::get<I>(layers).forward(std::move(x), std::get<I>(c))), ...);
    };
    pass(std::index_sequence_for<Layers...>{});
    return x;
  }

  /// ∂L/∂output → ∂L/∂x, from the last layer to the first.
  template <tensor_value T>
  T backward(T dy, cache<T>& c, sequential* gradient) const {
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) {
      constexpr std::size_t last = sizeof...(Layers) - 1;
      ((dy = std::get<last - I>(layers).backward(std::move(dy), std::get<last - I>(c),
                                                 gradient == nullptr ? nullptr : &std::get<last - I>(gradient->layers))),
       ...);
    };
    pass(std::index_sequence_for<Layers...>{});
    return dy;
  }

  /// See statistics.hpp.
  template <tensor_value T>
    requires(updates_statistics<Layers, T> && ...)
  T update_statistics(T x, float momentum) {
    std::apply([&](auto&... each) { ((x = jem::update_statistics(each, std::move(x), momentum)), ...); }, layers);
    return x;
  }
};

}  // namespace jem::inline v0
