// SPDX-License-Identifier: MIT
// The parts of a state under their names. A state lists them by one declaration,
//
//     static void each_part(auto& self, auto f) { f("net", self.net), f("iteration", self.iteration); }
//
// and a part is a tensor, a number, a std::vector of numbers, a network, or a type that lists its parts. Each tensor and number has a path,
// such as "moments.first.layers.0.weight".
#pragma once

#include <jem/io/safetensors.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace jem::inline v0 {

namespace archetype {

struct part_visitor {
  template <class M>
  void operator()(std::string_view, M&) const {}
};

}  // namespace archetype

/// A state that lists its parts: each_part(self, f) calls f("name", member) for each of them, always in the same order.
template <class S>
concept has_parts = requires(S& s) { std::remove_const_t<S>::each_part(s, archetype::part_visitor{}); };

}  // namespace jem::inline v0

namespace jem::inline v0::io {

namespace detail {

template <class V>
inline constexpr bool is_list = false;
template <storable V>
inline constexpr bool is_list<std::vector<V>> = !std::same_as<V, bool>;

/// f(path, leaf) for each tensor, number and list of a part; after(path, state) after the parts of each type that lists them.
template <class P, class F, class After>
void visit_parts(const std::string& path, P& part, F& f, After& after) {
  using jem::detail::child_name;
  using plain = std::remove_const_t<P>;
  if constexpr (tensor_like<plain> || storable<plain> || is_list<plain>) {
    f(path, part);
  } else if constexpr (has_parts<P>) {
    plain::each_part(part,
                     [&](std::string_view name, auto& member) { visit_parts(child_name(path, std::string(name)), member, f, after); });
    after(path, part);
  } else {
    static_assert(parameterised<P>,
                  "a part of a state is a tensor, a number, a std::vector of numbers, a network, or a type with each_part(self, f)");
    for_each_named_tensor([&](const std::string& name, auto& x) { f(child_name(path, name), x); }, part);
  }
}

struct part_writer {
  tensor_map& tensors;

  template <class L>
  void operator()(const std::string& path, const L& leaf) const {
    if (!tensors.emplace(path, stored(leaf)).second) fail("checkpoint", "parts with names of their own", "two named " + path);
  }

 private:
  template <class L>
  static named_tensor stored(const L& leaf) {
    if constexpr (tensor_like<L>) {
      return io::to_named_tensor(leaf);
    } else if constexpr (is_list<L>) {
      return to_named_tensor(std::span(leaf), {std::ssize(leaf)});
    } else {
      return to_named_tensor(std::span(&leaf, 1), {1});
    }
  }
};

struct part_reader {
  const tensor_map& tensors;
  std::string_view file;
  std::set<std::string> seen = {};

  template <class L>
  void operator()(const std::string& path, L& leaf) {
    seen.insert(path);
    if constexpr (tensor_like<L>) {
      leaf = uploaded<L>(find<typename L::value_type>(path, leaf.extents()));
    } else if constexpr (is_list<L>) {
      const named_tensor& found = find_tensor<typename L::value_type>(tensors, path, file);
      if (found.extents.rank() != 1) fail_tensor(file, path, "a list (n)", to_string(found.extents));
      leaf = values_of<typename L::value_type>(found);
    } else if constexpr (std::same_as<L, bool>) {
      leaf = find<bool>(path, {1}).bytes[0] != 0;
    } else {
      leaf = values_of<L>(find<L>(path, {1}))[0];
    }
  }

 private:
  template <class V>
  const named_tensor& find(const std::string& path, const shape& extents) const {
    const named_tensor& found = find_tensor<V>(tensors, path, file);
    if (!(found.extents == extents)) fail_tensor(file, path, to_string(extents), to_string(found.extents));
    return found;
  }
};

}  // namespace detail

/// The parts of a state under their paths. Throws std::invalid_argument for two parts with the same path.
template <class S>
  requires(has_parts<const S> || parameterised<const S>)
tensor_map parts_of(const S& state) {
  tensor_map tensors;
  detail::part_writer write{tensors};
  const auto nothing = [](const std::string&, const auto&) {};
  detail::visit_parts(std::string(), state, write, nothing);
  return tensors;
}

/// Sets a state from the parts of one with the same settings; `file` names it in errors. A type may check its new parts by a member
/// check_parts(), which throws std::invalid_argument. Throws std::runtime_error with the file and the part for a part that is missing,
/// has another type or other extents, is refused by check_parts(), or does not belong to the state; then the state is unchanged.
template <std::copyable S>
  requires(has_parts<S> || parameterised<S>)
void assign_parts(const tensor_map& tensors, S& state, std::string_view file) {
  S loaded = state;
  detail::part_reader read{tensors, file};
  const auto check = [&](const std::string& path, const auto& part) {
    if constexpr (requires { part.check_parts(); }) {
      try {
        part.check_parts();
      } catch (const std::invalid_argument& e) { throw std::runtime_error(concat(file, ", ", path, ": ", e.what())); }
    }
  };
  detail::visit_parts(std::string(), loaded, read, check);
  for (const auto& [name, tensor] : tensors) {
    if (!read.seen.contains(name)) detail::fail_tensor(file, name, "no such part of this state", to_string(tensor.extents));
  }
  state = std::move(loaded);
}

}  // namespace jem::inline v0::io
