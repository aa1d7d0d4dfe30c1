// SPDX-License-Identifier: MIT
// Layers one after the other: fₖ ∘ … ∘ f₁, flat in memory and in the compiler. A light activation with a convolution behind it is
// one pass, see activated.hpp.
#pragma once

#include <jem/nn/activated.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/statistics.hpp>

#include <tuple>
#include <utility>

namespace jem::inline v0 {

template <class... Layers>
struct sequential : detail::first_tensor<Layers...> {
  static constexpr bool row_wise = (jem::row_wise<Layers> && ...);  ///< see core/concepts.hpp
  std::tuple<Layers...> layers;                                     ///< in the order of forward

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
  auto prepared(const T& x, const shape& input) const {
    preparation next(x, input);
    return std::apply([&](const auto&... each) { return jem::sequential<prepared_t<Layers, T>...>{next(each)...}; }, layers);
  }

  /// The extents of fₖ(… f₁(x)) for such of x, none where a layer does not say.
  shape output(shape input) const {
    std::apply([&](const auto&... each) { ((input = output_of(each, input)), ...); }, layers);
    return input;
  }

  /// fₖ(… f₁(x))
  template <tensor_value T>
    requires(layer<Layers, T> && ...)
  T forward(T x, cache<T>& c) const {
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) { ((x = forward_layer<I>(std::move(x), c)), ...); };
    pass(std::index_sequence_for<Layers...>{});
    return x;
  }

  /// ∂L/∂output → ∂L/∂x, from the last layer to the first.
  template <tensor_value T>
  T backward(T dy, cache<T>& c, sequential* gradient) const {
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((dy = backward_layer<sizeof...(Layers) - 1 - I>(std::move(dy), c, gradient)), ...);
    };
    pass(std::index_sequence_for<Layers...>{});
    return dy;
  }

  /// fₖ(… f₁(x)) as the last layer summed it, see sums.hpp.
  template <tensor_value T>
    requires(sizeof...(Layers) > 0 && (layer<Layers, T> && ...))
  sums_of<T> forward_sums(T x, cache<T>& c) const {
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) { ((x = forward_layer<I>(std::move(x), c)), ...); };
    pass(std::make_index_sequence<last>{});
    if constexpr (takes_previous<last, T>()) {
      return converted<number_of<T>>(forward_layer<last>(std::move(x), c));
    } else {
      return jem::forward_sums(std::get<last>(layers), std::move(x), std::get<last>(c));
    }
  }

  /// As backward.
  template <tensor_value T>
    requires(sizeof...(Layers) > 0 && (layer<Layers, T> && ...))
  T backward_sums(const sums_of<T>& dy, cache<T>& c, sequential* gradient) const {
    T dx;
    if constexpr (takes_previous<last, T>()) {
      dx = backward_layer<last>(converted<typename T::value_type>(dy), c, gradient);
    } else {
      auto* const part = gradient == nullptr ? nullptr : &std::get<last>(gradient->layers);
      dx               = jem::backward_sums<T>(std::get<last>(layers), dy, std::get<last>(c), part);
    }
    const auto pass = [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((dx = backward_layer<last - 1 - I>(std::move(dx), c, gradient)), ...);
    };
    pass(std::make_index_sequence<last>{});
    return dx;
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

  template <std::size_t I, class T>
  T forward_layer(T x, cache<T>& c) const {
    if constexpr (takes_previous<I + 1, T>()) {
      return x;
    } else if constexpr (takes_previous<I, T>()) {
      return std::get<I>(layers).forward_after(std::get<I - 1>(layers).function, std::move(x), std::get<I>(c), nullptr);
    } else {
      return std::get<I>(layers).forward(std::move(x), std::get<I>(c));
    }
  }

  template <std::size_t I, class T>
  T backward_layer(T dy, cache<T>& c, sequential* gradient) const {
    auto* const part = gradient == nullptr ? nullptr : &std::get<I>(gradient->layers);
    if constexpr (takes_previous<I + 1, T>()) {
      return dy;
    } else if constexpr (takes_previous<I, T>()) {
      return std::get<I>(layers).backward_after(std::get<I - 1>(layers).function, dy, std::get<I>(c), part, nullptr);
    } else {
      return std::get<I>(layers).backward(std::move(dy), std::get<I>(c), part);
    }
  }
};

}  // namespace jem::inline v0
