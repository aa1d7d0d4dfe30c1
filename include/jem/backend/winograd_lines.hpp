// SPDX-License-Identifier: MIT
// One line of the transforms of Winograd's minimal filtering: four outputs of a filter of three taps from six inputs with six
// products, F(4, 3), and of two taps from five with five, F(4, 2),
//
//     y = Aᵀ[(G g) ⊙ (Bᵀ d)],   and for the gradient of g, its transpose,   dg = Gᵀ[(Bᵀ d) ⊙ (A dy)],
//
// Lavin and Gray 2016, arXiv:1509.09308. The points are 0, ±√½, ±√2 and, for three taps, ∞ (the form ±c, ±1/c of Alam, Anderson,
// Barabasz and Gregg 2022, arXiv:2201.10369), which leave a third of the error of the usual 0, ±1, ±2, ∞.
#pragma once

#include <jem/core/concepts.hpp>

namespace jem::inline v0::winograd {

template <scalar T>
inline constexpr T a = T(0.70710678118654752440);  ///< √½
template <scalar T>
inline constexpr T b = T(1.41421356237309504880);  ///< √2

/// One line of each transform: `at` gives the packs of a line, `put` takes those of the transformed line. Of F(4, 2):
template <scalar T>
struct short_input_line {  // Bᵀ: 5 → 5
  static constexpr int in = 5, out = 5;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto d1 = at(1), d2 = at(2), d3 = at(3), d4 = at(4);
    const auto even = d4 - T(2) * d2, odd = a<T> * (d3 - T(2) * d1), far_even = d4 - T(0.5) * d2, far_odd = b<T> * (d3 - T(0.5) * d1);
    put(0, at(0) - T(2.5) * d2 + d4);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
  }
};

template <scalar T>
struct short_weight_line {  // G: 2 → 5
  static constexpr int in = 2, out = 5;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto g0 = at(0), g1 = at(1);
    const auto even = T(-2. / 3) * g0, odd = T(-2. / 3) * a<T> * g1, far_even = T(1. / 6) * g0, far_odd = T(1. / 6) * b<T> * g1;
    put(0, g0);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
  }
};

template <scalar T>
struct short_output_line {  // Aᵀ: 5 → 4
  static constexpr int in = 5, out = 4;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto m1 = at(1), m2 = at(2), m3 = at(3), m4 = at(4);
    const auto even = m1 + m2, odd = a<T> * (m1 - m2), far_even = m3 + m4, far_odd = b<T> * (m3 - m4);
    put(0, at(0) + even + far_even);
    put(1, odd + far_odd);
    put(2, T(0.5) * even + T(2) * far_even);
    put(3, T(0.5) * odd + T(2) * far_odd);
  }
};

template <scalar T>
struct short_output_gradient_line {  // A: 4 → 5
  static constexpr int in = 4, out = 5;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto y0 = at(0), y1 = at(1), y2 = at(2), y3 = at(3);
    const auto even = y0 + T(0.5) * y2, odd = a<T> * (y1 + T(0.5) * y3), far_even = y0 + T(2) * y2, far_odd = b<T> * (y1 + T(2) * y3);
    put(0, y0);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
  }
};

template <scalar T>
struct short_weight_gradient_line {  // Gᵀ: 5 → 2
  static constexpr int in = 5, out = 2;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto u1 = at(1), u2 = at(2), u3 = at(3), u4 = at(4);
    put(0, at(0) - T(2. / 3) * (u1 + u2) + T(1. / 6) * (u3 + u4));
    put(1, T(-2. / 3) * a<T> * (u1 - u2) + T(1. / 6) * b<T> * (u3 - u4));
  }
};

/// Of F(4, 3), whose first five points are the same:
template <scalar T>
struct input_line {  // Bᵀ: 6 → 6
  static constexpr int in = 6, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    short_input_line<T>{}(at, put);
    put(5, at(1) - T(2.5) * at(3) + at(5));
  }
};

template <scalar T>
struct weight_line {  // G: 3 → 6
  static constexpr int in = 3, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto g0 = at(0), g1 = at(1), g2 = at(2);
    const auto even = T(-2. / 3) * (g0 + T(0.5) * g2), odd = T(-2. / 3) * a<T> * g1;
    const auto far_even = T(1. / 6) * (g0 + T(2) * g2), far_odd = T(1. / 6) * b<T> * g1;
    put(0, g0);
    put(1, even + odd);
    put(2, even - odd);
    put(3, far_even + far_odd);
    put(4, far_even - far_odd);
    put(5, g2);
  }
};

template <scalar T>
struct output_line {  // Aᵀ: 6 → 4
  static constexpr int in = 6, out = 4;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    short_output_line<T>{}(at, [&](int i, const auto& y) { put(i, i < 3 ? y : y + at(5)); });
  }
};

template <scalar T>
struct output_gradient_line {  // A: 4 → 6
  static constexpr int in = 4, out = 6;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    short_output_gradient_line<T>{}(at, put);
    put(5, at(3));
  }
};

template <scalar T>
struct weight_gradient_line {  // Gᵀ: 6 → 3
  static constexpr int in = 6, out = 3;
  template <class At, class Put>
  void operator()(At at, Put put) const {
    const auto u1 = at(1), u2 = at(2), u3 = at(3), u4 = at(4);
    const auto near = T(1. / 3) * (u1 + u2), far = T(1. / 3) * (u3 + u4);
    put(0, at(0) - T(2) * near + T(0.5) * far);
    put(1, T(-2. / 3) * a<T> * (u1 - u2) + T(1. / 6) * b<T> * (u3 - u4));
    put(2, far - near + at(5));
  }
};

/// Three taps and stride 1, for the output and for the gradient of the input.
struct sliding {
  static constexpr int taps = 3, products = 6;
  static constexpr int in = 6, out = 4, step = 4;  ///< pixels of a side of a tile, and from one tile of inputs to the next

  template <scalar T>
  using input_line = winograd::input_line<T>;
  template <scalar T>
  using weight_line = winograd::weight_line<T>;
  template <scalar T>
  using output_line = winograd::output_line<T>;
  template <scalar T>
  using output_gradient_line = winograd::output_gradient_line<T>;
  template <scalar T>
  using weight_gradient_line = winograd::weight_gradient_line<T>;
};

}  // namespace jem::inline v0::winograd
