// SPDX-License-Identifier: MIT
// Backends recycle memory: values that an earlier check has left there, perhaps by another backend, could be taken for a result that was
// not computed. Each check of the suite begins on memory that holds NaN.
#pragma once

#include <jem/conformance/result.hpp>
#include <jem/tensor/tensor.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <vector>

namespace jem::inline v0::conformance {

/// Overwrites recycled memory and returns empty evidence: two blocks of each size up to a MiB are filled with NaN, by upload, and given
/// back to the backend.
template <class B>
evidence on_fresh_memory() {
  constexpr index_t largest = index_t{1} << 18;  // elements
  const std::vector<float> unknown(static_cast<std::size_t>(largest), std::numeric_limits<float>::quiet_NaN());
  index_t step = 16;  // a cache line; then the sizes of jem::host_pool, eighths of powers of two
  for (index_t n = step; n <= largest; n += step) {
    const std::span values(unknown.data(), static_cast<std::size_t>(n));
    const tensor<float, B> one(shape{n}, values), another(shape{n}, values);
    step = std::max<index_t>(16, static_cast<index_t>(std::bit_floor(static_cast<std::size_t>(n))) / 8);
  }
  return {};
}

}  // namespace jem::inline v0::conformance
