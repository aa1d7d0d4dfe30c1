// SPDX-License-Identifier: MIT
// Winograd's algorithms for filters with stride 2 and padding 1. The taps at even positions and those at odd positions are two separate
// filters, each of which reads every other input. The products of the first filter are stored before those of the second. In two
// dimensions a 3×3 kernel takes 81 multiplications instead of 144 for sixteen outputs, and a 4×4 kernel 100 instead of 256.
#pragma once

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

namespace jem::inline v0::winograd {

/// Stride 2 for 3 or 4 taps. The taps at even positions are an F(4, 2), whose five products come first. With four taps, those at odd
/// positions are another F(4, 2). With three taps, there is one tap at an odd position, which multiplies the inputs without a transform.
template <int Taps>
struct halving {
  using down                = halving;
  using across              = halving;
  using filter              = halving;  ///< the algorithm whose transformed weights it uses
  static constexpr int taps = Taps, products = 6 + Taps;
  static constexpr int in = 6 + Taps, out = 4, step = 8;  ///< side of an input tile and an output tile, distance of input tiles

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

/// The gradient of the input of `halving`: eight pixels of it from the output's gradient, by the reversed filter.
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
      constexpr int first = Taps == 4 ? 0 : 1;  // the first pixel that the taps at even positions give
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
