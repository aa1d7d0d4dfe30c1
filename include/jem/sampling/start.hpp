// SPDX-License-Identifier: MIT
// Where chains start, as functions of a shape and a generator. The paths of matching/ take their noise from the same functions.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <concepts>
#include <cstdint>
#include <string>

namespace jem::inline v0 {

/// A start that can also be told the class of each chain, which a buffer with classes does: it is called with the extents (n, …), n
/// classes on the host, and the generator.
template <class S, class T>
concept start_by_class = requires(const S& s, const shape& extents, const pooled_vector<std::int32_t>& y, rng& g) {
  { s.template operator()<T>(extents, y, g) } -> std::same_as<T>;
};

namespace detail {

/// Throws std::invalid_argument unless low ≤ high.
inline void expect_ordered(const char* where, float low, float high) {
  if (!(low <= high)) fail(where, "low <= high", std::to_string(low) + " and " + std::to_string(high));
}

}  // namespace detail

/// Where chains start: U(low, high), each element on its own.
struct uniform_start {
  finite<"uniform_start", "low"> low   = -1;  ///< inclusive
  finite<"uniform_start", "high"> high = 1;   ///< exclusive; ≥ low

  /// (n, …). Throws std::invalid_argument, before it draws, unless low ≤ high.
  template <tensor_value T>
  T operator()(const shape& extents, rng& g) const {
    detail::expect_ordered("uniform_start", low, high);
    return uniform<T>(extents, low, high, g);
  }
};

/// Independent normals: N(mean, deviation²) for each element.
struct normal_start {
  finite<"normal_start", "mean"> mean                 = 0;  ///< of each element
  not_negative<"normal_start", "deviation"> deviation = 1;  ///< standard deviation, ≥ 0

  /// (n, …)
  template <tensor_value T>
  T operator()(const shape& extents, rng& g) const {
    T x = full<T>(extents, mean);
    add_normal(x, deviation, g);
    return x;
  }
};

}  // namespace jem::inline v0
