// SPDX-License-Identifier: MIT
// Transformed weights for Winograd's algorithms: G g Gᵀ of each channel and filter, as matrices (c, f) in panels of filters, one for
// each product of a tile.
#pragma once

#include <jem/backend/cpu/gemm/blocked.hpp>
#include <jem/backend/cpu/gemm/panels.hpp>
#include <jem/backend/cpu/winograd/tiles.hpp>

namespace jem::inline v0::eigen_winograd {

using eigen_product::for_blocks;
using panel_product::panels;
using winograd::mapping;
using winograd::transformed_layout;

constexpr index_t round_up(index_t n, index_t unit) { return (n + unit - 1) / unit * unit; }

/// Columns up to the end of the last pack.
template <scalar T>
constexpr index_t whole_packs(index_t columns) {
  return round_up(columns, pack_width<T>);
}

/// The distance of matrices of so many elements: a cache line or more longer, so that 36 of them do not share cache sets.
constexpr index_t distance(index_t elements) { return round_up(elements, 16) + 16; }

/// Elements of a panel of transformed weights, (points, c, width), and of all (panels): a tile has so many products, its points.
constexpr index_t panel_size(index_t points, index_t c, index_t f) { return points * distance(c * panels{f}.width()); }
constexpr index_t weights_size(index_t points, index_t c, index_t f) { return panels{f}.count() * panel_size(points, c, f); }

/// Up to here transformed weights are made as a whole and worth keeping. Larger ones cost more time to read than to make again from less
/// memory, panel by panel in cache: so the peak of memory is bounded, too.
constexpr bool worth_keeping(index_t c, index_t f) { return c * f <= (index_t{1} << 15); }

/// Weights (k, k, c, f) as they are, or of the input's gradient: turned by half a turn, (k, k, f, c), channels exchanged.
template <scalar T>
struct weights {
  const T* data;
  bool turned;
};

/// Weights of up to a pack of channels from `channel` on and of filters from `filter` on, taps·taps of each: to[k][q] for tap k of
/// channel q; zeros where there are none.
template <scalar T>
void load_weights(const weights<T>& w, index_t taps, index_t c, index_t f, index_t channel, index_t channels, index_t filter,
                  index_t filters, pack<T> (*to)[pack_width<T>]) {
  constexpr index_t lanes = pack_width<T>;
  for (index_t k = 0; k < taps * taps; ++k) {
    if (!w.turned) {
      for (index_t q = 0; q < channels; ++q) to[k][q] = load_pack(w.data + (k * c + channel + q) * f + filter, filters);
      continue;
    }
    const T* const from = w.data + ((taps * taps - 1 - k) * f + filter) * c + channel;
    for (index_t q = 0; q < lanes; ++q) to[k][q] = q < filters ? load_pack(from + q * c, channels) : pack<T>{};
    transpose_packs<T>(to[k]);
  }
}

/// Channels [begin, begin + count) of a panel of transformed weights, for c channels and f filters: (points, count, width).
template <class A, scalar T>
void transform_panel(const weights<T>& w, index_t c, index_t f, index_t panel, index_t begin, index_t count, T* to) {
  constexpr index_t lanes = pack_width<T>;
  const panels cut{f};
  const index_t width = cut.width(), columns = cut.columns_of(panel);
  pack<T> tap[A::taps * A::taps][lanes];
  for (index_t j = 0; j < width; j += lanes) {
    const index_t filters = std::clamp<index_t>(columns - j, 0, lanes);
    for (index_t i = 0; i < count; i += lanes) {
      const index_t channels = (std::min)(lanes, count - i);
      load_weights(w, A::taps, c, f, begin + i, channels, panel * width + j, filters, tap);
      for (index_t q = 0; q < channels; ++q) {
        winograd::transform_weight<A, T>([&](int a, int b) { return tap[A::taps * a + b][q]; }, to + (i + q) * width + j,
                                         distance(count * width));
      }
    }
  }
}

/// What schedules know of an algorithm: numbers, and functions of whole panels and blocks of tiles, by pointers, so that they are
/// compiled once for all algorithms, functions and directions.
template <scalar T>
struct algorithm {
  index_t points;        ///< products of a tile
  index_t down, across;  ///< outputs of a tile, down an image's columns and across its rows
  void (*transform_panel)(const weights<T>&, index_t c, index_t f, index_t panel, index_t begin, index_t count, T* to);

  constexpr index_t tiles(const mapping& s) const { return s.n * ((s.oh + down - 1) / down) * ((s.ow + across - 1) / across); }
  constexpr index_t panel_size(index_t c, index_t f) const { return eigen_winograd::panel_size(points, c, f); }
};

template <class A, scalar T>
constexpr algorithm<T> algorithm_of() {
  return {winograd::points<A>, A::down::out, A::across::out, transform_panel<typename A::filter, T>};
}

/// All transformed weights, (panels, points, c, width).
template <class Threads, scalar T>
void transform_weights(const algorithm<T>& a, const weights<T>& w, index_t c, index_t f, T* to) {
  for_blocks<Threads>(panels{f}.count(), [=](index_t panel) { a.transform_panel(w, c, f, panel, 0, c, to + panel * a.panel_size(c, f)); });
}

}  // namespace jem::inline v0::eigen_winograd
