// SPDX-License-Identifier: MIT
// The chains that never move: those of which every draw equals the first one. A chain whose start has an infinite energy or a NaN gradient
// rejects every proposal; its draws are finite numbers in which nothing else shows that they mean nothing. A sampler with far too large
// steps looks the same.
#pragma once

#include <jem/metrics/rank_scores.hpp>

namespace jem::inline v0::metrics {

namespace detail {

template <class V>
std::vector<index_t> stuck_chains(const host_draws<V>& draws) {
  std::vector<index_t> stuck;
  if (draws.draws() < 2 || draws.coordinates() == 0) return stuck;
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t c = 0; c < draws.chains(); ++c) {
    bool moved = false;
    for (std::size_t i = 1; i < draws.draws() && !moved; ++i) {
      for (std::size_t j = 0; j < draws.coordinates() && !moved; ++j) {
        moved = !same(static_cast<double>(draws(i, c, j)), static_cast<double>(draws(0, c, j)));
      }
    }
    if (!moved) stuck.push_back(static_cast<index_t>(c));
  }
  return stuck;
}

}  // namespace detail

/// The numbers, from 0, of those of the n chains of draws (k, n, …) that never move; NaN that stays NaN counts as standing still. None for
/// fewer than two draws. Throws std::invalid_argument for fewer than two axes.
template <tensor_value T>
std::vector<index_t> stuck_chains(const T& draws) {
  return detail::stuck_chains(detail::host_draws("stuck_chains", draws));
}

}  // namespace jem::inline v0::metrics
