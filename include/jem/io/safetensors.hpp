// SPDX-License-Identifier: MIT
// Saves and loads weights as safetensors files, which any program that knows the format can read: parameters and statistics under the
// names that for_each_named_tensor gives them, in the library's own shapes, or under the names and in the shapes of another layout.
#pragma once

#include <jem/io/file.hpp>
#include <jem/io/safetensors_format.hpp>
#include <jem/io/weight_layout.hpp>
#include <jem/nn/parameters.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace jem::inline v0::io {

/// The types of values in a file: elements of tensors, numbers of at most 64 bits, bool, enumerations.
template <class V>
concept storable = (element<V> || std::is_arithmetic_v<V> || std::is_enum_v<V>) && sizeof(V) <= 8;

namespace detail {

/// "F32", "BF16", "I64", "U8" and the like.
template <storable V>
constexpr std::string_view dtype_of() {
  constexpr int size = std::countr_zero(sizeof(V));  // 1, 2, 4 or 8 bytes
  if constexpr (std::is_enum_v<V>) {
    return dtype_of<std::underlying_type_t<V>>();
  } else if constexpr (std::same_as<V, bool>) {
    return "BOOL";
  } else if constexpr (std::same_as<V, bfloat16>) {
    return "BF16";
  } else if constexpr (std::is_floating_point_v<V>) {
    return size == 2 ? "F32" : "F64";
  } else {
    return std::array<std::string_view, 8>{"I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64"}[std::is_signed_v<V> ? size : size + 4];
  }
}

/// The values of a tensor of a file, which has type V.
template <storable V>
std::vector<V> values_of(const named_tensor& tensor) {
  std::vector<V> values(tensor.bytes.size() / sizeof(V));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(V));
  return values;
}

/// Values as a tensor of a file.
template <storable V>
named_tensor to_named_tensor(std::span<const V> values, const shape& extents) {
  named_tensor result{std::string(dtype_of<V>()), extents, std::vector<std::uint8_t>(values.size_bytes())};
  if (!values.empty()) std::memcpy(result.bytes.data(), values.data(), values.size_bytes());
  return result;
}

[[noreturn]] inline void fail_tensor(std::string_view file, std::string_view name, std::string_view expected, std::string_view found) {
  throw std::runtime_error(std::string(file) + ", tensor " + std::string(name) + ": expected " + std::string(expected) + " but found " +
                           std::string(found));
}

/// A tensor of a file, with the element type of T, in the memory of a backend.
template <tensor_value T>
T uploaded(const named_tensor& tensor) {
  return T(tensor.extents, values_of<typename T::value_type>(tensor));
}

}  // namespace detail

/// Writes tensors to a file. Throws what encode_safetensors and write_file throw.
inline void write_safetensors(const std::filesystem::path& path, const tensor_map& tensors, const file_metadata& metadata = {}) {
  write_file(path, encode_safetensors(tensors, metadata));
}

/// Reads all tensors of a file. Throws what read_file and decode_safetensors throw.
inline tensor_map read_safetensors(const std::filesystem::path& path) { return decode_safetensors(read_file(path), path.string()); }

/// A tensor as a file holds it.
template <tensor_like X>
named_tensor to_named_tensor(const X& x) {
  const auto values = tensor_of<X>(x).to_vector();
  return detail::to_named_tensor(std::span(values), x.extents());
}

/// A tensor of a file, of V's type. Throws std::runtime_error, naming file and tensor, if there is none or it has another type.
template <storable V>
const named_tensor& find_tensor(const tensor_map& tensors, const std::string& name, std::string_view file) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) detail::fail_tensor(file, name, "it in the file", "no tensor of this name");
  const named_tensor& tensor = found->second;
  if (tensor.dtype != detail::dtype_of<V>()) detail::fail_tensor(file, name, detail::dtype_of<V>(), tensor.dtype);
  return tensor;
}

/// The tensor of that name. Throws what find_tensor throws.
template <tensor_value T>
T from_named_tensor(const tensor_map& tensors, const std::string& name, std::string_view file) {
  return detail::uploaded<T>(find_tensor<typename T::value_type>(tensors, name, file));
}

/// The parameters and statistics of a network under their names.
template <parameterised Net, weight_layout Layout = own_layout>
tensor_map parameters_of(const Net& net, const Layout& layout = {}) {
  tensor_map tensors;
  for_each_named_tensor([&](const std::string& name, const auto& x) { tensors[layout.name(name)] = layout.to_file(to_named_tensor(x)); },
                        net);
  return tensors;
}

/// Sets the parameters and statistics of a network from tensors of the same names. Throws std::runtime_error, naming the file and
/// the tensor, for one that is missing, has another type or shape, or lies in a part of the network that has no such tensor (weights
/// of a deeper network); then the network is unchanged. Tensors of other parts are ignored.
template <parameterised Net, weight_layout Layout = own_layout>
void assign_parameters(const tensor_map& tensors, Net& net, std::string_view file, const Layout& layout = {}) {
  Net loaded = net;
  std::set<std::string> names, parts;
  const auto visit = [&]<class T>(const std::string& own, T& parameter) {
    const std::string name    = layout.name(own);
    const named_tensor& found = find_tensor<typename T::value_type>(tensors, name, file);
    const shape expected      = layout.extents(parameter.extents());
    if (!(found.extents == expected)) detail::fail_tensor(file, name, to_string(expected), to_string(found.extents));
    parameter = detail::uploaded<T>(layout.from_file(found));
    names.insert(name);
    parts.insert(layout.part(name));
  };
  for_each_named_tensor(visit, loaded);
  for (const auto& [name, tensor] : tensors) {
    if (!names.contains(name) && parts.contains(layout.part(name))) {
      detail::fail_tensor(file, name, "no such tensor for this network", to_string(tensor.extents));
    }
  }
  net = std::move(loaded);
}

/// Writes the parameters and statistics of a network: F32, or F64 for a network of doubles. `metadata` is written to the header of the
/// file. Throws what write_file throws.
template <parameterised Net, weight_layout Layout = own_layout>
void save_parameters(const std::filesystem::path& path, const Net& net, const Layout& layout = {}, const file_metadata& metadata = {}) {
  write_safetensors(path, parameters_of(net, layout), metadata);
}

/// Reads them back into a network of the same structure. Throws what read_safetensors and assign_parameters throw.
template <parameterised Net, weight_layout Layout = own_layout>
void load_parameters(const std::filesystem::path& path, Net& net, const Layout& layout = {}) {
  assign_parameters(read_safetensors(path), net, path.string(), layout);
}

}  // namespace jem::inline v0::io
