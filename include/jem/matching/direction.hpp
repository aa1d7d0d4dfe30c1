// SPDX-License-Identifier: MIT
// Directions d from images x in which points x̃ = x + ℓ·d leave the data: added noise, or the way to noise.
#pragma once

#include <jem/sampling/start.hpp>
#include <jem/tensor/distances.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// d = ξ, noise that is added: at level ℓ the point is x + ℓ·ξ.
template <class Law = normal_start>
struct added {
  Law noise = {};  ///< law(extents, generator) of ξ

  /// (n, …) → (n, …)
  template <tensor_value T>
  T operator()(const T& x, rng& g) const {
    return noise.template operator()<T>(x.extents(), g);
  }
};

/// d = z − x, the way to noise: at level 1 the point is the noise z.
template <class Law = uniform_start>
struct toward {
  Law noise = {};  ///< law(extents, generator) of z

  /// (n, …) → (n, …)
  template <tensor_value T>
  T operator()(const T& x, rng& g) const {
    return noise.template operator()<T>(x.extents(), g) - x;
  }
};

/// The same where each image is paired with a noise that is near to it, so that ways cross less: over all pairs in order of their
/// distances, an image takes a noise if neither has a partner yet. n² distances are read on the host.
template <class Law = uniform_start>
struct toward_near {
  Law noise = {};  ///< law(extents, generator) of z

  /// (n, …) → (n, …)
  template <tensor_value T>
  T operator()(const T& x, rng& g) const {
    const T z = noise.template operator()<T>(x.extents(), g);
    return gather_rows(z, labels<T>(shape{x.extent(0)}, partners(x, z))) - x;
  }

 private:
  /// Which noise each image takes.
  template <tensor_value T>
  static std::vector<std::int32_t> partners(const T& x, const T& z) {
    const auto distances = squared_distances(x, z);
    std::vector<std::size_t> order(distances.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t pair) { return std::pair(distances[pair], pair); });
    const auto n = static_cast<std::size_t>(x.extent(0));
    std::vector<std::int32_t> of(n, -1);
    std::vector<bool> taken(n);
    for (const auto pair : order) {
      const auto i = pair / n, j = pair % n;
      if (of[i] >= 0 || taken[j]) continue;
      of[i]    = static_cast<std::int32_t>(j);
      taken[j] = true;
    }
    return of;
  }
};

}  // namespace jem::inline v0
