// SPDX-License-Identifier: MIT
// Numbers on the host for checks: inputs from seeds, and distances between results and the right ones.
#pragma once

#include <jem/core/random.hpp>
#include <jem/tensor/tensor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace jem::inline v0::conformance {

/// n numbers, uniform on [−1, 1); the same seed gives the same numbers on every machine.
template <class V = double>
std::vector<V> random_values(index_t n, std::uint64_t seed = 1) {
  const random_stream stream{seed, 0};
  std::vector<V> values(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i)] = static_cast<V>(2 * stream.uniform(i) - 1);
  return values;
}

/// The same numbers with all bits of V: in double, random_values have only as many bits as a float, so that their products are exact.
template <class V>
std::vector<V> fine_values(index_t n, std::uint64_t seed = 1) {
  auto values = random_values<V>(n, seed);
  if constexpr (std::is_same_v<V, double>) {
    const auto rest = random_values<double>(n, seed + 1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0x1p-24 * rest[i];
  }
  return values;
}

/// Random values as a tensor.
template <tensor_value T>
T random_tensor(const shape& extents, std::uint64_t seed = 1) {
  return T(extents, random_values<typename T::value_type>(extents.size(), seed));
}

/// amplitude·sin(phase·(i + 1)): irregular numbers that a program in another language can make, too.
template <class V>
std::vector<V> wave_values(index_t n, double amplitude, double phase) {
  std::vector<V> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<V>(amplitude * std::sin(phase * static_cast<double>(i + 1)));
  return values;
}

/// Waves as a tensor.
template <tensor_value T>
T waves(const shape& extents, double amplitude = 1, double phase = 1) {
  return T(extents, wave_values<typename T::value_type>(extents.size(), amplitude, phase));
}

/// The same numbers in another type.
template <class V, class U>
std::vector<V> as(const std::vector<U>& values) {
  std::vector<V> result(values.size());
  std::ranges::transform(values, result.begin(), [](U u) { return static_cast<V>(u); });
  return result;
}

/// maxᵢ |aᵢ − bᵢ|; infinity if the sizes differ or only one of two numbers is NaN.
template <class A, class B>
double largest_difference(const std::vector<A>& a, const std::vector<B>& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinity;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    largest = std::isnan(x - y) ? infinity : (std::max)(largest, std::abs(x - y));
  }
  return largest;
}

/// The number of elements that differ in any bit, so a NaN equals a NaN of the same bits, and 0 differs from −0. Infinity if the sizes
/// differ.
template <class V>
double different_bits(const std::vector<V>& a, const std::vector<V>& b) {
  using bits = std::conditional_t<sizeof(V) == 4, std::uint32_t, std::uint64_t>;
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += std::bit_cast<bits>(a[i]) != std::bit_cast<bits>(b[i]) ? 1 : 0;
  return count;
}

/// Whether all elements are equal in every bit.
template <class V>
bool same_bits(const std::vector<V>& a, const std::vector<V>& b) {
  return different_bits(a, b) == 0;
}

}  // namespace jem::inline v0::conformance
