// SPDX-License-Identifier: MIT
// Levels of noise, which say how far a point is from its image; a level is drawn for each point of a batch.
#pragma once

#include <jem/core/math.hpp>
#include <jem/core/setting.hpp>
#include <jem/sampling/start.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/noise.hpp>

#include <cmath>

namespace jem::inline v0 {

namespace detail {

/// eˣ
struct exponential {
  template <class V>
  constexpr V operator()(V x) const {
    return math::exp(x);
  }
};

}  // namespace detail

/// U(low, high). With 0 and 1 the points are spread evenly over the path from image to noise.
struct uniform_level {
  not_negative<"uniform_level", "low"> low   = 0;  ///< ≥ 0
  not_negative<"uniform_level", "high"> high = 1;  ///< ≥ low

  /// (n). Throws std::invalid_argument, before it draws, unless low ≤ high.
  template <tensor_value T>
  T operator()(index_t n, rng& g) const {
    detail::expect_ordered("uniform_level", low, high);
    return uniform<T>(shape{n}, low, high, g);
  }
};

/// low·(high/low)^u, u ~ U(0, 1): equally many points in each octave, on average.
struct log_uniform_level {
  positive<"log_uniform_level", "low"> low   = 0.05f;  ///< > 0
  positive<"log_uniform_level", "high"> high = 1;      ///< ≥ low

  /// (n). Throws std::invalid_argument, before it draws, unless low ≤ high.
  template <tensor_value T>
  T operator()(index_t n, rng& g) const {
    using V = typename T::value_type;
    detail::expect_ordered("log_uniform_level", low, high);
    const auto log_of = [](float level) { return static_cast<V>(std::log(static_cast<double>(level))); };
    return map(uniform<T>(shape{n}, log_of(low), log_of(high), g), detail::exponential{});
  }
};

}  // namespace jem::inline v0
