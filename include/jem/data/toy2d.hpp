// SPDX-License-Identifier: MIT
// Two-dimensional toy sets (n, 2), centred on the origin and a few units wide. Point i has class i mod classes, so that the sizes of
// classes differ by at most 1. Each set takes two streams from the generator.
#pragma once

#include <jem/data/dataset.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace jem::inline v0::data {

namespace detail {

/// The random numbers of a point: its class, two uniforms on [0, 1), two standard normals.
struct planar_numbers {
  index_t label;
  double u, v;
  double a, b;
};

template <tensor_value T, class F>
dataset<T> planar_set(std::string_view where, index_t n, index_t classes, double noise, rng& g, F place) {
  using V = typename T::value_type;
  expect_at_least(where, "points", 0, n);
  if (!(noise >= 0 && std::isfinite(noise))) fail(where, "a finite noise >= 0", std::to_string(noise));
  const random_stream uniforms = g.next(), normals = g.next();
  std::vector<V> x;
  std::vector<std::int32_t> y;
  for (index_t i = 0; i < n; ++i) {
    const index_t label            = i % classes;
    const std::array<double, 2> at = place(
        planar_numbers{label, uniforms.uniform(2 * i), uniforms.uniform(2 * i + 1), normals.normal(2 * i), normals.normal(2 * i + 1)});
    x.push_back(static_cast<V>(at[0]));
    x.push_back(static_cast<V>(at[1]));
    y.push_back(static_cast<std::int32_t>(label));
  }
  return {T(shape{n, 2}, x), labels<T>(shape{n}, y), classes};
}

}  // namespace detail

/// Two interlaced half circles of radius 1 with normal noise: scikit-learn's make_moons, moved to the origin. Class 0 is the
/// upper one, around (−½, −¼), class 1 the lower one, around (½, ¼). Throws std::invalid_argument, like all sets here, for n < 0
/// or a noise that is negative or not finite.
template <tensor_value T>
dataset<T> two_moons(index_t n, double noise, rng& g) {
  return detail::planar_set<T>("two_moons", n, 2, noise, g, [noise](const detail::planar_numbers& p) -> std::array<double, 2> {
    const double t = std::numbers::pi * p.u, side = p.label == 0 ? 1 : -1;
    return {side * (std::cos(t) - 0.5) + noise * p.a, side * (std::sin(t) - 0.25) + noise * p.b};
  });
}

/// Two circles around the origin with normal noise: class 0 of radius 1, class 1 of radius ½.
template <tensor_value T>
dataset<T> circles(index_t n, double noise, rng& g) {
  return detail::planar_set<T>("circles", n, 2, noise, g, [noise](const detail::planar_numbers& p) -> std::array<double, 2> {
    const double t = 2 * std::numbers::pi * p.u, radius = p.label == 0 ? 1 : 0.5;
    return {radius * std::cos(t) + noise * p.a, radius * std::sin(t) + noise * p.b};
  });
}

/// Five bent arms, each a class: points of N((1, 0), diag(0.3², noise²)) rotated by the angle of the arm plus ¼·eʳ, where r is the
/// first coordinate (Johnson et al. 2016, arXiv:1603.06277). The usual noise is 0.1.
template <tensor_value T>
dataset<T> pinwheel(index_t n, double noise, rng& g) {
  return detail::planar_set<T>("pinwheel", n, 5, noise, g, [noise](const detail::planar_numbers& p) -> std::array<double, 2> {
    const double r = 1 + 0.3 * p.a, side = noise * p.b;
    const double angle = 2 * std::numbers::pi * static_cast<double>(p.label) / 5 + 0.25 * std::exp(r);
    return {r * std::cos(angle) - side * std::sin(angle), r * std::sin(angle) + side * std::cos(angle)};
  });
}

/// Uniform on the eight squares of [−2, 2]² with ⌊x⌋ + ⌊y⌋ even, plus normal noise, usually 0; one class.
template <tensor_value T>
dataset<T> checkerboard(index_t n, double noise, rng& g) {
  return detail::planar_set<T>("checkerboard", n, 1, noise, g, [noise](const detail::planar_numbers& p) -> std::array<double, 2> {
    const double x = 4 * p.u - 2, square = std::floor(2 * p.v);
    const double y = 2 * square - 2 + std::abs(std::fmod(std::floor(x), 2)) + (2 * p.v - square);
    return {x + noise * p.a, y + noise * p.b};
  });
}

/// Eight normal distributions of standard deviation `noise` on a circle of radius 2, each a class: class 0 at (2, 0) and the
/// others following anticlockwise.
template <tensor_value T>
dataset<T> eight_gaussians(index_t n, double noise, rng& g) {
  return detail::planar_set<T>("eight_gaussians", n, 8, noise, g, [noise](const detail::planar_numbers& p) -> std::array<double, 2> {
    const double angle = std::numbers::pi * static_cast<double>(p.label) / 4;
    return {2 * std::cos(angle) + noise * p.a, 2 * std::sin(angle) + noise * p.b};
  });
}

}  // namespace jem::inline v0::data
