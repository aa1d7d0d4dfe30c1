// SPDX-License-Identifier: MIT
// Moves pixels from files into the memory of a backend: bytes become numbers in [−1, 1], some images at a time, so that a large data
// set is in memory only once.
#pragma once

#include <jem/data/dataset.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace jem::inline v0::data {

/// 0 … 255 as value/127.5 − 1 in [−1, 1].
template <scalar V>
constexpr V from_byte(std::uint8_t value) {
  return static_cast<V>(value) / V(127.5) - V(1);
}

/// Fills x (n, …) from the host: write(i, to) writes row i to `to`. It is called for the rows in order. Each upload has about a million
/// elements.
template <tensor_value T, class F>
void upload_rows(T& x, F write) {
  using V         = typename T::value_type;
  const index_t n = x.extent(0), size = x.extents().row_size();
  const index_t at_a_time = std::clamp<index_t>((index_t{1} << 20) / std::max<index_t>(1, size), 1, std::max<index_t>(1, n));
  std::vector<V> host(static_cast<std::size_t>(at_a_time * size));
  for (index_t first = 0; first < n; first += at_a_time) {
    const index_t count = (std::min)(at_a_time, n - first);
    for (index_t i = 0; i < count; ++i) write(first + i, host.data() + i * size);
    T::backend_type::upload(host.data(), count * size, x.rows(first, count).data());
  }
}

}  // namespace jem::inline v0::data
