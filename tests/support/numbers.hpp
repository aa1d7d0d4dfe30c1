// SPDX-License-Identifier: MIT
// Numbers on the host for tests: seeded inputs, and how far results are from what they should be.
#pragma once

#include <jem/core/random.hpp>
#include <jem/tensor/tensor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace test {

/// n numbers, uniform on [−1, 1), the same for a seed everywhere.
template <class V = double>
std::vector<V> random_values(jem::index_t n, std::uint64_t seed = 1) {
  const jem::random_stream stream{seed, 0};
  std::vector<V> values(static_cast<std::size_t>(n));
  for (jem::index_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i)] = static_cast<V>(2 * stream.uniform(i) - 1);
  return values;
}

template <jem::tensor_value T>
T random_tensor(const jem::shape& extents, std::uint64_t seed = 1) {
  return T(extents, random_values<typename T::value_type>(extents.size(), seed));
}

/// Another type's values of the same numbers.
template <class V, class U>
std::vector<V> as(const std::vector<U>& values) {
  std::vector<V> result(values.size());
  std::ranges::transform(values, result.begin(), [](U u) { return static_cast<V>(u); });
  return result;
}

/// maxᵢ |aᵢ − bᵢ|; infinity where the sizes differ or one side alone is NaN.
template <class A, class B>
double largest_difference(const std::vector<A>& a, const std::vector<B>& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinity;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    largest = std::isnan(x - y) ? infinity : std::max(largest, std::abs(x - y));
  }
  return largest;
}

/// Equal in every bit: NaN equals itself, and 0 is not −0.
template <class V>
bool same_bits(const std::vector<V>& a, const std::vector<V>& b) {
  using bits = std::conditional_t<sizeof(V) == 4, std::uint32_t, std::uint64_t>;
  return std::ranges::equal(a, b, {}, [](V v) { return std::bit_cast<bits>(v); }, [](V v) { return std::bit_cast<bits>(v); });
}

/// |value − exact| in units of the last place of the exact number, in float; 0 where both are NaN or the same infinity.
inline double ulps(float value, double exact) {
  const auto nearest = static_cast<float>(exact);
  if (value == nearest || (std::isnan(value) && std::isnan(exact))) return 0;
  if (!std::isfinite(value) || !std::isfinite(nearest)) return std::numeric_limits<double>::infinity();
  const float above = std::nextafter(std::abs(nearest), std::numeric_limits<float>::infinity());
  return std::abs(static_cast<double>(value) - exact) / static_cast<double>(above - std::abs(nearest));
}

}  // namespace test
