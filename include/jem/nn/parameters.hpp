// SPDX-License-Identifier: MIT
// Parameters as folds: a layer names its tensors, and gradients, optimiser states and averages are values of the layer's own
// type, visited side by side.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>

#include <ranges>
#include <string>
#include <tuple>

namespace jem::inline v0 {

/// Something that names its parameters: a layer, a network.
template <class L>
concept parameterised = requires(L& l) { std::remove_cvref_t<L>::parameters(l); };

/// The tensors that a network computes with: every layer with parameters is a template over them.
template <class L>
using tensor_type_of = typename std::remove_cvref_t<L>::tensor_type;

namespace detail {

template <bool Named, class F, class First, class... Rest>
void visit(F& f, const std::string& name, First& first, Rest&... rest);

template <class L>
std::string parameter_name(std::size_t i) {
  if constexpr (requires { std::remove_cvref_t<L>::parameter_names[i]; }) {
    return std::remove_cvref_t<L>::parameter_names[i];
  } else {
    return std::to_string(i);
  }
}

inline std::string child_name(const std::string& parent, const std::string& child) { return parent.empty() ? child : parent + "." + child; }

template <bool Named, class F, class First, class... Rest>
void visit_members(F& f, const std::string& name, First& first, Rest&... rest) {
  using L          = std::remove_cvref_t<First>;
  constexpr auto n = std::tuple_size_v<decltype(L::parameters(first))>;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    [[maybe_unused]] const auto member = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
      std::string own;
      if constexpr (Named) own = child_name(name, parameter_name<L>(J));
      visit<Named>(f, own, std::get<J>(L::parameters(first)), std::get<J>(L::parameters(rest))...);
    };
    (member(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<n>{});
}

template <bool Named, class F, class First, class... Rest>
void visit(F& f, const std::string& name, First& first, Rest&... rest) {
  if constexpr (tensor_like<First>) {
    if constexpr (Named) {
      f(name, first, rest...);
    } else {
      f(first, rest...);
    }
  } else if constexpr (parameterised<First>) {
    visit_members<Named>(f, name, first, rest...);
  } else {  // a range of layers
    for (std::size_t i = 0; i < std::size(first); ++i) {
      if (((std::size(rest) != std::size(first)) || ...))
        fail("parameters", std::to_string(std::size(first)) + " layers", "another number");
      std::string own;
      if constexpr (Named) own = child_name(name, std::to_string(i));
      visit<Named>(f, own, first[i], rest[i]...);
    }
  }
}

}  // namespace detail

/// f(tensor, …) for each parameter of `first` and the same one of the others, in a fixed order.
template <parameterised First, class F, std::same_as<std::remove_const_t<First>>... Rest>
void for_each_parameter(F f, First& first, const Rest&... rest) {
  detail::visit<false>(f, {}, first, rest...);
}

/// The same with all models changeable: f(tensor&, tensor&, …).
template <class F, parameterised... Models>
void for_each_parameter_of(F f, Models&... models) {
  detail::visit<false>(f, {}, models...);
}

/// f(name, tensor): names are paths, "0.weight" in a sequential as in PyTorch, "convolutions.0.weight" in a convnet.
template <parameterised L, class F>
void for_each_named_parameter(F f, L& model) {
  detail::visit<true>(f, {}, model);
}

/// A model of the same structure whose parameters are zero: where a gradient starts.
template <parameterised L>
L zeros_like(const L& model) {
  L result = model;
  for_each_parameter_of([](auto& parameter) { fill(parameter, 0); }, result);
  return result;
}

/// The number of parameters.
template <parameterised L>
index_t parameter_count(const L& model) {
  index_t count = 0;
  for_each_parameter_of([&](const auto& parameter) { count += parameter.size(); }, model);
  return count;
}

/// The Euclidean norm of all parameters: of a gradient, usually. Computed on the host from one sum a tensor.
template <parameterised L>
double global_norm(const L& model) {
  double total = 0;
  for_each_parameter_of([&](const auto& parameter) { total += static_cast<double>(squared_norm(parameter)); }, model);
  return std::sqrt(total);
}

}  // namespace jem::inline v0
