// SPDX-License-Identifier: MIT
// Convolutions for Winograd's algorithms, with the right results in double.
#pragma once

#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/winograd/convolve.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>
#include <jem/tensor/convolution.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace examples {

using jem::index_t;
using floats   = std::vector<float>;
using exact    = jem::tensor<double, jem::reference>;
using sliding  = jem::winograd::sliding<4>;
using square8  = jem::winograd::sliding<8>;
using tall     = jem::winograd::rectangle<square8, sliding>;
using halving3 = jem::winograd::halving<3>;
using halving4 = jem::winograd::halving<4>;

inline const float* const none = nullptr;
inline const jem::epilogue<float> as_they_are{};
inline const jem::unchanged x_itself{};

/// Batches of one image, sizes of every remainder by a tile, one tile and less than one, channels and filters that do not fill packs, all
/// paddings that the algorithm takes.
template <class A>
std::vector<jem::convolution_shape> shapes() {
  constexpr index_t k = A::taps;
  if constexpr (A::taps == 3 && A::down::step == A::down::out) {
    return {{1, 4, 4, 8, 3, 3, 1, 1, 1},    {2, 7, 9, 17, 3, 3, 33, 1, 1},  {3, 5, 6, 16, 3, 3, 16, 1, 0},
            {1, 8, 11, 33, 3, 3, 3, 1, 2},  {9, 8, 8, 24, 3, 3, 40, 1, 1},  {1, 3, 3, 8, 3, 3, 8, 1, 0},
            {2, 14, 14, 9, 3, 3, 64, 1, 1}, {1, 6, 5, 200, 3, 3, 5, 1, -1}, {5, 28, 28, 8, 3, 3, 8, 1, 1}};
  } else {
    return {{1, 8, 8, 8, k, k, 1, 2, 1},   {2, 7, 9, 17, k, k, 33, 2, 1}, {3, 10, 12, 16, k, k, 16, 2, 1}, {1, 16, 11, 33, k, k, 3, 2, 1},
            {9, 8, 8, 24, k, k, 40, 2, 1}, {1, 3, 3, 8, k, k, 8, 2, 1},   {1, 6, 5, 200, k, k, 5, 2, 1},   {5, 28, 28, 8, k, k, 8, 2, 1}};
  }
}

struct example {
  jem::convolution_shape s;
  floats x, w, bias, y;

  explicit example(const jem::convolution_shape& of)
      : s(of),
        x(test::random_values<float>(s.input().size(), 1)),
        w(test::random_values<float>(s.weight().size(), 2)),
        bias(test::random_values<float>(s.f, 3)),
        y(static_cast<std::size_t>(s.output().size())) {}

  jem::winograd::mapping mapping() const { return jem::winograd::forward_mapping(s); }
  jem::eigen_winograd::weights<float> weights() const { return {w.data(), false}; }

  template <class A>
  floats transformed() const {
    const auto a = jem::eigen_winograd::algorithm_of<A, float>();
    floats u(static_cast<std::size_t>(jem::eigen_winograd::weights_size(a.points, s.c, s.f)));
    jem::eigen_winograd::transform_weights<jem::openmp>(a, weights(), s.c, s.f, u.data());
    return u;
  }

  /// The images, without an edge of |padding| pixels if the padding is negative.
  exact cropped() const {
    const index_t edge = std::max<index_t>(0, -s.padding);
    std::vector<double> inner;
    for (index_t i = 0; i < s.input().size(); ++i) {
      const index_t row = i / (s.w * s.c) % s.h, column = i / s.c % s.w;
      if (row >= edge && row < s.h - edge && column >= edge && column < s.w - edge) inner.push_back(x[static_cast<std::size_t>(i)]);
    }
    return exact({s.n, s.h - 2 * edge, s.w - 2 * edge, s.c}, inner);
  }

  std::vector<double> expected() const {
    return convolution(cropped(), exact(s.weight(), test::as<double>(w)), {s.stride, std::max<index_t>(0, s.padding)}).to_vector();
  }
};

/// The largest allowed error of an algorithm's outputs, relative to the largest output, for sums of up to 200 channels.
template <class A>
inline constexpr double bound_of = std::same_as<A, sliding>   ? 2e-6
                                   : std::same_as<A, tall>    ? 2e-5
                                   : std::same_as<A, square8> ? 2e-4
                                                              : 4e-6;

inline double relative_error(const floats& values, const std::vector<double>& right) {
  return test::largest_difference(values, right) / test::largest_difference(right, std::vector<double>(right.size()));
}

}  // namespace examples
