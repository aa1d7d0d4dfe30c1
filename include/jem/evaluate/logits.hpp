// SPDX-License-Identifier: MIT
// The logits of any number of images, computed in parts one after the other, so that the activations of all images need not be in memory.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/tensor/logits.hpp>

#include <algorithm>

namespace jem::inline v0::evaluate {

/// f(first, count) for the parts of n rows, the last of them smaller. Throws std::invalid_argument for a part below 1.
template <class F>
void for_parts(index_t n, index_t part, F f) {
  if (part < 1) fail("for_parts", "a part >= 1", std::to_string(part));
  for (index_t first = 0; first < n; first += part) f(first, (std::min)(part, n - first));
}

/// The logits (n, k) of images (n, …), computed for `part` images at a time; (0, k) for no images. Throws std::invalid_argument for a
/// part below 1.
template <class Net, tensor_value T>
  requires layer<Net, T>
T logits_of(const Net& net, const T& x, index_t part = 500) {
  const auto forward = [&](index_t first, index_t count) {
    typename Net::template cache<T> cache;
    return net.forward(T(x.rows(first, count)), cache);
  };
  expect_at_least("logits_of", "a part", 1, part);
  const index_t n = x.extents().rank() == 0 ? 0 : x.extent(0);
  if (n <= part) return forward(0, n);
  T logits;  // (n, k); k is known after the first part
  for_parts(n, part, [&](index_t first, index_t count) {
    const T some = forward(first, count);
    if (first == 0) logits = T(some.extents().with_rows(n));
    copy_into(logits.rows(first, count), some);
  });
  return logits;
}

}  // namespace jem::inline v0::evaluate
