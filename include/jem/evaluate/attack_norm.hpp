// SPDX-License-Identifier: MIT
// The balls of attacks, L∞ and L2: a random start in the ball, the steepest direction, and the projection into the ball. Arguments and
// results are perturbations, relative to the clean image, in the units of the data.
#pragma once

#include <jem/sampling/gradient_transform.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/norms.hpp>

#include <concepts>

namespace jem::inline v0::evaluate {

namespace detail {

struct sign {
  template <class V>
  constexpr V operator()(V a) const {
    return a > V(0) ? V(1) : (a < V(0) ? V(-1) : V(0));
  }
};

}  // namespace detail

/// No pixel changes by more than the radius.
struct linf {
  /// A perturbation to start from, uniform in the ball.
  template <tensor_value T>
  T start(const shape& extents, typename T::value_type radius, rng& g) const {
    return uniform<T>(extents, -radius, radius, g);
  }
  /// The steepest direction of unit length: the gradient's sign.
  template <tensor_value T>
  void direct(T& gradient) const {
    apply(gradient, detail::sign{});
  }
  /// The projection into the ball: each pixel into [−radius, radius].
  template <tensor_value T>
  void project(T& difference, typename T::value_type radius) const {
    clamp(difference, -radius, radius);
  }
};

/// No image changes by more than the radius in Euclidean length.
struct l2 {
  /// A random direction, its length uniform up to the radius.
  template <tensor_value T>
  T start(const shape& extents, typename T::value_type radius, rng& g) const {
    T difference = normal<T>(extents, g);
    direct(difference);
    scale_per_row(difference, uniform<T>(shape{extents[0]}, 0, radius, g));
    return difference;
  }
  /// The steepest direction of unit length: the gradient over its norm; a gradient of zeros has no direction, and stays.
  template <tensor_value T>
  void direct(T& gradient) const {
    normalise_rows(gradient);
  }
  /// The projection into the ball: longer rows are scaled to the radius.
  template <tensor_value T>
  void project(T& difference, typename T::value_type radius) const {
    clip_norm{static_cast<float>(radius)}(difference);
  }
};

/// A norm for attacks: a random start, the steepest direction and the projection into the ball, all relative to x.
template <class N, class T>
concept attack_norm = requires(const N& norm, const shape& extents, typename T::value_type radius, T& difference, rng& g) {
  { norm.template start<T>(extents, radius, g) } -> std::same_as<T>;
  norm.direct(difference);
  norm.project(difference, radius);
};

}  // namespace jem::inline v0::evaluate
