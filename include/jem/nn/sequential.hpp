// SPDX-License-Identifier: MIT
// Layers one after the other: fₖ ∘ … ∘ f₁, stored in one tuple without nested types. A fusable activation and a convolution after it are
// done in one pass, see fused.hpp.
#pragma once

#include <jem/nn/fused.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/statistics.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

namespace jem::inline v0 {

template <class... Layers>
struct sequential : made_of<Layers...> {
  std::tuple<Layers...> layers;  ///< in the order of forward

  /// sequential{f₁, …, fₖ}
  explicit sequential(Layers... each) : layers(std::move(each)...) {}

  /// One cache for each layer.
  template <tensor_value X>
  using cache = std::tuple<typename Layers::template cache<X>...>;

  static auto parameters(auto& self) {
    return std::apply([](auto&... each) { return std::tie(each...); }, self.layers);
  }

  /// The same chain of prepared layers, see prepared.hpp.
  template <tensor_value T>
    requires(layer<Layers, T> && ...)
  auto prepared(preparation<T>& walk) const {
    return std::apply([&](const auto&... each) { return jem::sequential<prepared_t<Layers, T>...>{walk(each)...}; }, layers);
  }

  /// fₖ(… f₁(x)) + addend. If Y is the type of sums, the sums of the last layer are not rounded.
  template <tensor_value T, stored_or_summed<T> Y = T>
    requires(layer<Layers, T> && ...)
  Y forward(T x, cache<T>& c, const around<T, unchanged, Y>& with = {}) const {
    if constexpr (sizeof...(Layers) == 0) {
      return finished(std::move(x), with);
    } else {
      const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) { ((x = forward_layer<I>(std::move(x), c, around<T>{})), ...); };
      pass(std::make_index_sequence<last>{});
      return forward_layer<last>(std::move(x), c, with);
    }
  }

  /// ∂L/∂output → ∂L/∂x + addend, from the last layer to the first.
  template <tensor_value Y, tensor_value T = Y>
    requires stored_or_summed<Y, T>
  T backward(Y dy, cache<T>& c, sequential* gradient, const around<T>& with = {}) const {
    if constexpr (sizeof...(Layers) == 0) {
      return finished(std::move(dy), with);
    } else {
      T dx            = backward_layer<last, T>(std::move(dy), c, gradient);
      const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((dx = backward_layer<last - 1 - I, T>(std::move(dx), c, gradient)), ...);
      };
      pass(std::make_index_sequence<last>{});
      return finished(std::move(dx), with);
    }
  }

  /// See statistics.hpp.
  template <tensor_value T>
    requires(updates_statistics<Layers, T> && ...)
  T update_statistics(T x, float momentum) {
    std::apply([&](auto&... each) { ((x = jem::update_statistics(each, std::move(x), momentum)), ...); }, layers);
    return x;
  }

 private:
  static constexpr std::size_t last = sizeof...(Layers) - 1;

  template <std::size_t I>
  using layer_at = std::tuple_element_t<I, std::tuple<Layers...>>;

  /// Whether layer I applies the activation before it.
  template <std::size_t I, class T>
  static constexpr bool takes_previous() {
    if constexpr (I > 0 && I < sizeof...(Layers)) {
      return takes_activation<layer_at<I>, layer_at<I - 1>, T>;
    } else {
      return false;
    }
  }

  template <std::size_t I, class T, class Y>
  Y forward_layer(T x, cache<T>& c, const around<T, unchanged, Y>& with) const {
    const auto& f = std::get<I>(layers);
    if constexpr (takes_previous<I + 1, T>()) {
      return x;
    } else if constexpr (!takes_previous<I, T>()) {
      return forward_with(f, std::move(x), std::get<I>(c), with);
    } else {
      const auto& function = std::get<I - 1>(layers).function;
      using function_type  = std::remove_cvref_t<decltype(function)>;
      if constexpr (std::same_as<Y, T>) {
        return f.forward(std::move(x), std::get<I>(c), around<T, function_type>{function, with.addend});
      } else {
        return finished(f.forward(std::move(x), std::get<I>(c), around<T, function_type>{function}), with);
      }
    }
  }

  template <std::size_t I, class T, class Y>
  T backward_layer(Y dy, cache<T>& c, sequential* gradient) const {
    auto* const part = gradient == nullptr ? nullptr : &std::get<I>(gradient->layers);
    if constexpr (takes_previous<I + 1, T>()) {
      return dy;
    } else if constexpr (!takes_previous<I, T>()) {
      return backward_with(std::get<I>(layers), std::move(dy), std::get<I>(c), part, around<T>{});
    } else {
      const auto& function = std::get<I - 1>(layers).function;
      const around<T, std::remove_cvref_t<decltype(function)>> before{function};
      return std::get<I>(layers).backward(detail::read_as<typename T::value_type>(dy), std::get<I>(c), part, before);
    }
  }
};

}  // namespace jem::inline v0
