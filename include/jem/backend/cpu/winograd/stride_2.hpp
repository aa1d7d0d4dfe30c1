// SPDX-License-Identifier: MIT
// Winograd's algorithms for filters that move by two inputs, with padding 1: the taps at even places and those at odd ones are filters
// of their own, each of every other input, and their products stand one after the other. In two dimensions a 3×3 kernel has 81
// products instead of 144 for sixteen outputs, a 4×4 kernel 100 instead of 256.
#pragma once

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

namespace jem::inline v0::winograd {

/// Stride 2: the taps at even places as an F(4, 2), and behind its five products those at odd ones: another for four taps, and for
/// three a single tap, whose products are the inputs themselves. Taps = 3 or 4.
template <int Taps>
struct halving {
  using down                = halving;
  using across              = halving;
  using filter              = halving;  ///< whose transformed weights it takes
  static constexpr int taps = Taps, products = 6 + Taps;
  static constexpr int in = 6 + Taps, out = 4, step = 8;  ///< pixels of a side of a tile, and from one tile of inputs to the next

  template <scalar T>
  struct input_line {  // 9 → 9, 10 → 10
    static constexpr int in = 6 + Taps, out = products;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      winograd::input_line<T, 2, 2>{}([&](int i) { return at(2 * i); }, put);
      if constexpr (Taps == 4) {
        winograd::input_line<T, 2, 2>{}([&](int i) { return at(2 * i + 1); }, [&](int i, const auto& v) { put(5 + i, v); });
      } else {
        for (int i = 0; i < 4; ++i) put(5 + i, at(2 * i + 1));
      }
    }
  };

  template <scalar T>
  struct weight_line {  // 3 → 9, 4 → 10
    static constexpr int in = Taps, out = products;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      winograd::weight_line<T, 2, 2>{}([&](int i) { return at(2 * i); }, put);
      if constexpr (Taps == 4) {
        winograd::weight_line<T, 2, 2>{}([&](int i) { return at(2 * i + 1); }, [&](int i, const auto& v) { put(5 + i, v); });
      } else {
        for (int i = 0; i < 4; ++i) put(5 + i, at(1));
      }
    }
  };

  template <scalar T>
  struct output_line {  // 9 → 4, 10 → 4
    static constexpr int in = products, out = 4;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      decltype(at(0)) y[4];
      winograd::output_line<T, 2, 2>{}(at, [&](int i, const auto& v) { y[i] = v; });
      if constexpr (Taps == 4) {
        winograd::output_line<T, 2, 2>{}([&](int i) { return at(5 + i); }, [&](int i, const auto& v) { put(i, y[i] + v); });
      } else {
        for (int i = 0; i < 4; ++i) put(i, y[i] + at(5 + i));
      }
    }
  };

  template <scalar T>
  struct output_gradient_line {  // 4 → 9, 4 → 10
    static constexpr int in = 4, out = products;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      winograd::output_gradient_line<T, 2, 2>{}(at, put);
      if constexpr (Taps == 4) {
        winograd::output_gradient_line<T, 2, 2>{}(at, [&](int i, const auto& v) { put(5 + i, v); });
      } else {
        for (int i = 0; i < 4; ++i) put(5 + i, at(i));
      }
    }
  };

  template <scalar T>
  struct weight_gradient_line {  // 9 → 3, 10 → 4
    static constexpr int in = products, out = Taps;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      winograd::weight_gradient_line<T, 2, 2>{}(at, [&](int i, const auto& v) { put(2 * i, v); });
      if constexpr (Taps == 4) {
        winograd::weight_gradient_line<T, 2, 2>{}([&](int i) { return at(5 + i); }, [&](int i, const auto& v) { put(2 * i + 1, v); });
      } else {
        put(1, (at(5) + at(6)) + (at(7) + at(8)));
      }
    }
  };
};

/// The gradient of a halving's input: eight of its pixels from the output's gradient, by the turned filter.
template <int Taps>
struct doubling {
  using down                = doubling;
  using across              = doubling;
  using filter              = halving<Taps>;
  static constexpr int taps = Taps, products = 6 + Taps;
  static constexpr int in = 2 + Taps, out = 8, step = 4;

  template <scalar T>
  struct input_line {  // 5 → 9, 6 → 10
    static constexpr int in = 2 + Taps, out = products;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      winograd::input_line<T, 2, 2>{}(at, put);
      if constexpr (Taps == 4) {
        winograd::input_line<T, 2, 2>{}([&](int i) { return at(i + 1); }, [&](int i, const auto& v) { put(5 + i, v); });
      } else {
        for (int i = 0; i < 4; ++i) put(5 + i, at(i));
      }
    }
  };

  template <scalar T>
  struct output_line {  // 9 → 8, 10 → 8
    static constexpr int in = products, out = 8;
    template <class At, class Put>
    void operator()(At at, Put put) const {
      constexpr int first = Taps == 4 ? 0 : 1;  // the pixels of the taps at even places
      winograd::output_line<T, 2, 2>{}(at, [&](int i, const auto& v) { put(2 * i + first, v); });
      if constexpr (Taps == 4) {
        winograd::output_line<T, 2, 2>{}([&](int i) { return at(5 + i); }, [&](int i, const auto& v) { put(2 * i + 1, v); });
      } else {
        for (int i = 0; i < 4; ++i) put(2 * i, at(5 + i));
      }
    }
  };
};

}  // namespace jem::inline v0::winograd
