// SPDX-License-Identifier: MIT
// Functions that visit parameters. A layer lists its tensors. Gradients, optimiser states and averages are values of the layer's own type,
// so that corresponding tensors can be visited together. A layer may also have statistics: tensors that are saved with its weights, but
// that no optimiser changes, since they are measured and not learned.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/made_of.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/norms.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <tuple>

namespace jem::inline v0 {

/// A type that names its parameters: a layer or a network.
template <class L>
concept parameterised = requires(L& l) { std::remove_cvref_t<L>::parameters(l); };

/// A layer with statistics of its inputs: `statistics` is a std::tie of tensors, `statistic_names` has their names.
template <class L>
concept has_statistics = parameterised<L> && requires(L& l) { std::remove_cvref_t<L>::statistics(l); };

/// The type of tensors that a network computes with.
template <class L>
using tensor_type_of = typename std::remove_cvref_t<L>::tensor_type;

namespace detail {

/// The part of a gradient that belongs to a member; null if the gradient is null.
template <class L, class M>
M* part(L* gradient, M L::* member) {
  return gradient == nullptr ? nullptr : &(gradient->*member);
}
template <class L, class M>
M* part(L* gradient, std::optional<M> L::* member) {
  return gradient == nullptr ? nullptr : &*(gradient->*member);
}

/// What is visited: parameters, parameters with their names, or parameters and statistics with their names.
enum class fold { parameters, named_parameters, named_tensors };

template <fold Kind, class F, class First, class... Rest>
void visit(F& f, const std::string& name, First& first, Rest&... rest);

template <class L>
std::string parameter_name(std::size_t i) {
  if constexpr (requires { L::parameter_names[i]; }) {
    return L::parameter_names[i];
  } else {
    return std::to_string(i);
  }
}

/// "parent.child"; an empty name adds nothing, so that a layer that only wraps another one does not appear in the path.
inline std::string child_name(const std::string& parent, const std::string& child) {
  return parent.empty() || child.empty() ? parent + child : parent + "." + child;
}

/// Visits corresponding members of several std::ties together; `name_of(i)` is called only if names are needed.
template <fold Kind, class F, class Name, class First, class... Rest>
void visit_members(F& f, const std::string& parent, Name name_of, First first, Rest... rest) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    [[maybe_unused]] const auto member = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
      std::string own;
      if constexpr (Kind != fold::parameters) own = child_name(parent, name_of(J));
      visit<Kind>(f, own, std::get<J>(first), std::get<J>(rest)...);
    };
    (member(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<std::tuple_size_v<First>>{});
}

template <fold Kind, class F, class First, class... Rest>
void visit_range(F& f, const std::string& name, First& first, Rest&... rest) {
  for (std::size_t i = 0; i < std::size(first); ++i) {
    if (((std::size(rest) != std::size(first)) || ...)) {
      fail("parameters", std::to_string(std::size(first)) + " layers", "another number");
    }
    std::string own;
    if constexpr (Kind != fold::parameters) own = child_name(name, std::to_string(i));
    visit<Kind>(f, own, first[i], rest[i]...);
  }
}

template <fold Kind, class F, class First, class... Rest>
void visit(F& f, const std::string& name, First& first, Rest&... rest) {
  using L = std::remove_cvref_t<First>;
  if constexpr (tensor_like<First>) {
    if constexpr (Kind == fold::parameters) {
      f(first, rest...);
    } else {
      f(name, first, rest...);
    }
  } else if constexpr (parameterised<First>) {
    visit_members<Kind>(f, name, parameter_name<L>, L::parameters(first), L::parameters(rest)...);
    if constexpr (Kind == fold::named_tensors && has_statistics<First>) {
      visit_members<Kind>(f, name, [](std::size_t i) { return L::statistic_names[i]; }, L::statistics(first), L::statistics(rest)...);
    }
  } else if constexpr (requires { first.has_value(); }) {  // a layer that may be missing
    if (((rest.has_value() != first.has_value()) || ...)) fail("parameters", "the same layers", "a layer that one model lacks");
    if (first.has_value()) visit<Kind>(f, name, *first, *rest...);
  } else {
    visit_range<Kind>(f, name, first, rest...);
  }
}

}  // namespace detail

/// f(tensor, …) for each parameter of `first` and the corresponding ones of the others, in a fixed order.
template <parameterised First, class F, std::same_as<std::remove_const_t<First>>... Rest>
void for_each_parameter(F f, First& first, const Rest&... rest) {
  detail::visit<detail::fold::parameters>(f, {}, first, rest...);
}

/// The same, but f may change the parameters of all models: f(tensor&, tensor&, …).
template <class F, parameterised... Models>
void for_each_parameter_of(F f, Models&... models) {
  detail::visit<detail::fold::parameters>(f, {}, models...);
}

/// f(name, tensor): names are paths, "0.weight" in a sequential as in PyTorch, "convolutions.0.weight" in a convnet.
template <parameterised L, class F>
void for_each_named_parameter(F f, L& model) {
  detail::visit<detail::fold::named_parameters>(f, {}, model);
}

/// The same for the parameters and the statistics, which are all tensors in a file of weights.
template <parameterised L, class F>
void for_each_named_tensor(F f, L& model) {
  detail::visit<detail::fold::named_tensors>(f, {}, model);
}

/// A model of the same structure whose parameters are zero, such as the initial value of a gradient. Statistics are copied.
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

/// The Euclidean norm of all parameters together, usually those of a gradient. It is computed on the host from the norm of each tensor.
template <parameterised L>
double global_norm(const L& model) {
  double total = 0;
  for_each_parameter_of([&](const auto& parameter) { total = std::hypot(total, norm(parameter)); }, model);
  return total;
}

}  // namespace jem::inline v0
