// SPDX-License-Identifier: MIT
// Winograd's algorithms for filters of three taps with stride 1, for the output and for the gradient of the input. In two dimensions a 3×3
// kernel takes 36 multiplications instead of 144 for sixteen outputs, or 100 instead of 576 for sixty-four.
#pragma once

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

namespace jem::inline v0::winograd {

/// The algorithm for a line, in tiles of `Out` outputs, 4 or 8. Used for both axes it is an algorithm for images with tiles of Out × Out.
template <int Out>
struct sliding {
  using down                = sliding;
  using across              = sliding;
  using filter              = sliding;  ///< the algorithm whose transformed weights it uses
  static constexpr int taps = 3, products = Out + 2;
  static constexpr int in = Out + 2, out = Out, step = Out;  ///< side of an input tile and an output tile, distance of input tiles

  template <scalar T>
  using input_line = winograd::input_line<T, Out / 2, 3>;
  template <scalar T>
  using weight_line = winograd::weight_line<T, Out / 2, 3>;
  template <scalar T>
  using output_line = winograd::output_line<T, Out / 2, 3>;
  template <scalar T>
  using output_gradient_line = winograd::output_gradient_line<T, Out / 2, 3>;
  template <scalar T>
  using weight_gradient_line = winograd::weight_gradient_line<T, Out / 2, 3>;
};

/// Rectangular tiles: one algorithm along an image's columns, and another one with as many taps along its rows.
template <class Down, class Across>
struct rectangle {
  using down                = Down;
  using across              = Across;
  using filter              = rectangle;
  static constexpr int taps = Down::taps;
};

}  // namespace jem::inline v0::winograd
