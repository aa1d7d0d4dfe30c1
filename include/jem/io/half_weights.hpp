// SPDX-License-Identifier: MIT
// Weights in half the bytes: a file keeps them as bfloat16, rounded to the nearest, and a network of floats reads them again. It is meant
// for models that are passed on; training needs all digits.
#pragma once

#include <jem/core/bfloat16.hpp>
#include <jem/io/safetensors.hpp>

#include <span>
#include <utility>
#include <vector>

namespace jem::inline v0::io {

namespace detail {

/// Each tensor of type From as one of type To.
template <storable From, storable To>
tensor_map with_type(tensor_map tensors) {
  for (auto& [name, tensor] : tensors) {
    if (tensor.dtype != dtype_of<From>()) continue;
    std::vector<To> values;
    for (const From each : values_of<From>(tensor)) values.push_back(static_cast<To>(each));
    tensor = to_named_tensor(std::span<const To>(values), tensor.extents);
  }
  return tensors;
}

}  // namespace detail

/// Tensors of floats as bfloat16, each number rounded to the nearest; other tensors stay as they are.
inline tensor_map in_bfloat16(tensor_map tensors) { return detail::with_type<float, bfloat16>(std::move(tensors)); }

/// Tensors of bfloat16 as floats of the same values; other tensors stay as they are.
inline tensor_map in_float32(tensor_map tensors) { return detail::with_type<bfloat16, float>(std::move(tensors)); }

}  // namespace jem::inline v0::io
