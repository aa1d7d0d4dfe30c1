// SPDX-License-Identifier: MIT
// Operations of tensor/ computed by a backend and by reference, with a tolerance for each. The tests of tensor/ compare reference
// itself with analytic values.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/conformance/numbers.hpp>
#include <jem/conformance/fresh_memory.hpp>

namespace jem::inline v0::conformance {

/// The values of an operation on some backend, and by how much they may differ from reference's.
struct outcome {
  const char* operation;       ///< its name
  double tolerance;            ///< absolute; 0 for the same values
  std::vector<double> values;  ///< in row-major order
};

/// The elements of a tensor, as doubles on the host.
template <tensor_value X>
std::vector<double> values_of(const X& x) {
  return as<double>(x.to_vector());
}

/// A sum, to be compared like a tensor of one element.
template <scalar V>
std::vector<double> values_of(V sum) {
  return {static_cast<double>(sum)};
}

/// `count` units in the last place of numbers near 1.
template <class V>
constexpr double ulps_of_one(int count) {
  return count * static_cast<double>(std::numeric_limits<V>::epsilon());
}

/// Compares the outcomes for batches of n = 0 and 1, of sizes near a tile of 128 numbers, and of enough rows for several threads.
template <class B>
evidence agreement(std::vector<outcome> (*mine)(index_t n), std::vector<outcome> (*of_reference)(index_t n)) {
  evidence e = on_fresh_memory<B>();
  for (const index_t n : {0, 1, 2, 25, 26, 127, 3001}) {
    const auto values = mine(n), expected = of_reference(n);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      e.hold(largest_difference(values[i].values, expected[i].values), expected[i].tolerance, unit::absolute,
             [&] { return std::string(expected[i].operation) + ", " + detail::named("n", n); });
    }
  }
  return e;
}

}  // namespace jem::inline v0::conformance
