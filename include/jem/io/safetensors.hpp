// SPDX-License-Identifier: MIT
// Weights in and out as safetensors files, which any program that knows the format reads: each parameter under its name, as
// for_each_named_parameter gives it, in the library's own shapes.
#pragma once

#include <jem/io/file.hpp>
#include <jem/io/safetensors_format.hpp>
#include <jem/nn/parameters.hpp>

#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace jem::inline v0::io {

namespace detail {

template <element T>
constexpr std::string_view dtype_of = std::same_as<T, float>    ? "F32"
                                      : std::same_as<T, double> ? "F64"
                                                                : "I32";

[[noreturn]] inline void fail_tensor(std::string_view file, std::string_view name, std::string_view expected, std::string_view found) {
  throw std::runtime_error(std::string(file) + ", tensor " + std::string(name) + ": expected " + std::string(expected) + " but found " +
                           std::string(found));
}

}  // namespace detail

/// Throws what encode_safetensors and write_file throw.
inline void write_safetensors(const std::filesystem::path& path, const tensor_map& tensors) {
  write_file(path, encode_safetensors(tensors));
}

/// Throws what read_file and decode_safetensors throw.
inline tensor_map read_safetensors(const std::filesystem::path& path) { return decode_safetensors(read_file(path), path.string()); }

/// A tensor as a file holds it.
template <tensor_like X>
named_tensor to_named_tensor(const X& x) {
  using V           = typename X::value_type;
  const auto values = tensor_of<X>(x).to_vector();
  named_tensor result{std::string(detail::dtype_of<V>), x.extents(), std::vector<std::uint8_t>(values.size() * sizeof(V))};
  if (!values.empty()) std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
  return result;
}

/// The tensor of that name, of T's own element type. Throws std::runtime_error, naming file and tensor, if there is none or it
/// has another type.
template <tensor_value T>
T from_named_tensor(const tensor_map& tensors, const std::string& name, std::string_view file) {
  using V          = typename T::value_type;
  const auto found = tensors.find(name);
  if (found == tensors.end()) detail::fail_tensor(file, name, "it in the file", "no tensor of this name");
  const auto& [dtype, extents, bytes] = found->second;
  if (dtype != detail::dtype_of<V>) detail::fail_tensor(file, name, detail::dtype_of<V>, dtype);
  std::vector<V> values(bytes.size() / sizeof(V));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return T(extents, values);
}

/// The parameters of a network under their names.
template <parameterised Net>
tensor_map parameters_of(const Net& net) {
  tensor_map tensors;
  for_each_named_parameter([&](const std::string& name, const auto& parameter) { tensors[name] = to_named_tensor(parameter); }, net);
  return tensors;
}

/// Sets the parameters of a network from tensors of the same names; other tensors are left alone. Throws std::runtime_error,
/// naming the file and the tensor, for one that is missing or has another type or shape; then the network is what it was.
template <parameterised Net>
void assign_parameters(const tensor_map& tensors, Net& net, std::string_view file) {
  Net loaded       = net;
  const auto visit = [&]<class T>(const std::string& name, T& parameter) {
    T values = from_named_tensor<T>(tensors, name, file);
    if (!(values.extents() == parameter.extents())) {
      detail::fail_tensor(file, name, to_string(parameter.extents()), to_string(values.extents()));
    }
    parameter = std::move(values);
  };
  for_each_named_parameter(visit, loaded);
  net = std::move(loaded);
}

/// Writes the parameters of a network: F32, or F64 for a network of doubles. Throws what write_file throws.
template <parameterised Net>
void save_parameters(const std::filesystem::path& path, const Net& net) {
  write_safetensors(path, parameters_of(net));
}

/// Reads them back into a network of the same structure. Throws what read_safetensors and assign_parameters throw, and
/// std::runtime_error for a tensor that is no parameter of the network: such weights are those of another. A file that holds more
/// than weights is read by assign_parameters.
template <parameterised Net>
void load_parameters(const std::filesystem::path& path, Net& net) {
  const auto tensors = read_safetensors(path);
  std::set<std::string> names;
  for_each_named_parameter([&](const std::string& name, const auto&) { names.insert(name); }, net);
  for (const auto& [name, tensor] : tensors) {
    if (names.contains(name)) continue;
    const std::string known = "one of the network's " + std::to_string(names.size()) + " parameters";
    detail::fail_tensor(path.string(), name, known, "another, " + tensor.dtype + " " + to_string(tensor.extents));
  }
  assign_parameters(tensors, net, path.string());
}

}  // namespace jem::inline v0::io
