// SPDX-License-Identifier: MIT
// Transformed weights for Winograd's algorithms: G g Gᵀ of each channel and filter, stored as one matrix (c, f) in panels of filters for
// each point of the transform.
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

/// The number of columns, rounded up to whole packs.
template <scalar T>
constexpr index_t whole_packs(index_t columns) {
  return round_up(columns, pack_width<T>);
}

/// The distance between consecutive matrices of so many elements. It is at least a cache line longer than a matrix, so that 36 matrices do
/// not use the same cache sets.
constexpr index_t distance(index_t elements) { return round_up(elements, 16) + 16; }

/// The numbers of elements of one panel of transformed weights, (points, c, width), and of all panels. `points` are the products of a tile.
constexpr index_t panel_size(index_t points, index_t c, index_t f) { return points * distance(c * panels{f}.width()); }
constexpr index_t weights_size(index_t points, index_t c, index_t f) { return panels{f}.count() * panel_size(points, c, f); }

/// Whether weights are small enough to be transformed all at once and kept. For larger ones it takes longer to read the transformed weights
/// from memory than to transform the weights again, panel by panel, in the cache. This limits the use of memory as well.
constexpr bool worth_keeping(index_t c, index_t f) { return c * f <= (index_t{1} << 15); }

/// Weights for c input channels and f filters: (k, k, c, f). For the input's gradient they are `turned`: the data are (k, k, f, c), and
/// they are read rotated by 180° with the last two axes exchanged.
template <scalar T>
struct weights {
  const T* data;
  bool turned;
};

/// Reads the taps·taps weights of up to a pack of channels, from `channel` on, and up to a pack of filters, from `filter` on. to[k][q] has
/// tap k of channel q for these filters, and zeros after the last filter.
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

/// Transforms the weights of channels [begin, begin + count) for one panel of filters, of c channels and f filters: (points, count, width).
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

/// The part of an algorithm that schedules use: numbers, and pointers to functions of whole panels and blocks of tiles. Because of the
/// pointers, schedules are compiled once for all algorithms, functions and directions.
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

/// Transforms all weights: (panels, points, c, width).
template <class Threads, scalar T>
void transform_weights(const algorithm<T>& a, const weights<T>& w, index_t c, index_t f, T* to) {
  for_blocks<Threads>(panels{f}.count(), [=](index_t panel) { a.transform_panel(w, c, f, panel, 0, c, to + panel * a.panel_size(c, f)); });
}

}  // namespace jem::inline v0::eigen_winograd
